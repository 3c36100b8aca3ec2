// Every command's handler, put together from the guest's parts.
import type { CommandName } from '../protocol/commands/table.ts';
import type { Accessibility } from './accessibility/accessibility.ts';
import type { Executed } from './agent/run-call.ts';
import type { GuestConfig } from './config.ts';
import type { Call, Handled, Handlers } from './handlers.ts';
import type { InputHandlers } from './input/input.ts';
import { createScreenHandlers } from './screen/screen-handlers.ts';
import type { Screen } from './screen/screen.ts';
import { aboutHandlers } from './system/about.ts';
import { createClipboardHandlers } from './system/clipboard.ts';
import { createFileHandlers } from './system/files.ts';
import { createProcessHandlers } from './system/processes.ts';

export interface CommandParts {
  readonly config: GuestConfig;
  readonly screen: Screen;
  readonly input: InputHandlers;
  readonly accessibility: Accessibility;
}

export function createHandlers(parts: CommandParts): Handlers {
  const { config, accessibility } = parts;
  return {
    ...parts.input,
    ...createScreenHandlers(parts.screen),
    ...createClipboardHandlers(config.childEnv),
    ...createProcessHandlers({ env: config.childEnv, home: config.home }),
    ...createFileHandlers(config.home),
    ...aboutHandlers,
    get_accessibility_tree: (params, call) => accessibility.readTree(params, call.signal),
  };
}

type AnyHandler = (params: unknown, call: Call) => Promise<Handled<CommandName>>;

/** Runs the handler of a command whose parameters were validated against the table. */
export async function execute(
  handlers: Handlers,
  command: CommandName,
  params: unknown,
  call: Call,
): Promise<Executed> {
  const handled = await (handlers[command] as AnyHandler)(params, call);
  if ('png' in handled) return { result: {}, image: { info: handled.info, png: handled.png } };
  return { result: handled };
}
