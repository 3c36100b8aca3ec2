// Every command's handler, put together from the guest's parts.
import type { CommandName } from '../protocol/commands/table.ts';
import type { PtyNews } from '../protocol/pty-stream.ts';
import type { Accessibility } from './accessibility/accessibility.ts';
import { createElementHandlers } from './accessibility/element-handlers.ts';
import { treeAnswer } from './accessibility/tree-answer.ts';
import { waitFor } from './accessibility/wait-for.ts';
import type { Executed } from './agent/run-call.ts';
import type { Browser } from './browser/browser.ts';
import { createBrowserHandlers } from './browser/browser-handlers.ts';
import { systemClock } from './clock.ts';
import type { GuestConfig } from './config.ts';
import type { Call, Handled, Handlers } from './handlers.ts';
import type { Input } from './input/input.ts';
import { createPtyHandlers } from './pty/terminals.ts';
import { createScreenHandlers } from './screen/screen-handlers.ts';
import type { Screen } from './screen/screen.ts';
import { aboutHandlers } from './system/about.ts';
import { createClipboardHandlers } from './system/clipboard.ts';
import { createFileHandlers } from './system/files.ts';
import { createProcessHandlers } from './system/processes.ts';
import { createWallpaperHandler } from './system/wallpaper.ts';
import { createWindowHandlers } from './windows/window-handlers.ts';
import type { WindowManager } from './windows/window-manager.ts';

export interface CommandParts {
  readonly config: GuestConfig;
  readonly screen: Screen;
  readonly input: Pick<Input, 'handlers'>;
  readonly accessibility: Accessibility;
  readonly windows: WindowManager;
  readonly ptyNews: PtyNews;
  readonly browser: Browser;
}

export function createHandlers(parts: CommandParts): Handlers {
  const { config, accessibility, screen, windows } = parts;
  const around = { env: config.childEnv, home: config.home };
  return {
    ...parts.input.handlers,
    ...createScreenHandlers(screen),
    ...createClipboardHandlers(config.childEnv),
    ...createProcessHandlers(around),
    ...createPtyHandlers({ ...around, clock: systemClock, onNews: (pid) => parts.ptyNews.tell(pid) }),
    ...createWallpaperHandler({ ...around, drawn: (change, signal) => windows.redrawn(change, signal) }),
    ...createWindowHandlers(windows),
    ...createElementHandlers({ accessibility, windows, keys: parts.input.handlers }),
    ...createFileHandlers(config.home),
    ...createBrowserHandlers(parts.browser),
    ...aboutHandlers,
    get_accessibility_tree: async (params, call) =>
      treeAnswer(await accessibility.readTree(params, call.signal), params, screen.size()),
    wait_for: (params, call) =>
      waitFor(params, { accessibility, windows, screen, clock: systemClock }, call.signal),
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
  if ('png' in handled) {
    const { info, png, shot } = handled;
    return { result: {}, image: { info, png, shot } };
  }
  return { result: handled };
}
