// The command table: the one list of commands. Types, validation, routes, SDK and recorder come from it.
import type { z } from 'zod';
import { accessibilityCommands } from './accessibility.ts';
import { browserCommands } from './browser.ts';
import { clipboardCommands } from './clipboard.ts';
import { fileCommands } from './files.ts';
import { keyboardCommands } from './keyboard.ts';
import { pointerCommands } from './pointer.ts';
import { processCommands } from './process.ts';
import { ptyCommands } from './pty.ts';
import { screenCommands } from './screen.ts';
import type { CommandSpec } from './spec.ts';
import { systemCommands } from './system.ts';
import { windowCommands } from './windows.ts';

export const COMMANDS = {
  ...pointerCommands,
  ...keyboardCommands,
  ...screenCommands,
  ...clipboardCommands,
  ...processCommands,
  ...ptyCommands,
  ...fileCommands,
  ...windowCommands,
  ...accessibilityCommands,
  ...systemCommands,
  ...browserCommands,
};

export type CommandName = keyof typeof COMMANDS;
/** A command's parameters as a client gives them. */
export type CommandInput<N extends CommandName> = z.input<(typeof COMMANDS)[N]['params']>;
/** A command's parameters after validation, defaults filled in. */
export type CommandParams<N extends CommandName> = z.output<(typeof COMMANDS)[N]['params']>;
export type CommandResult<N extends CommandName> = z.output<(typeof COMMANDS)[N]['result']>;

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** Cua's short names. */
export const ALIASES: Readonly<Record<string, CommandName>> = {
  type: 'type_text',
  key: 'press_key',
  tap: 'left_click',
  click: 'left_click',
  shell: 'run_command',
  exec: 'run_command',
  read_file: 'read_text',
  write_file: 'write_text',
  ls: 'list_dir',
  mkdir: 'create_dir',
  rm: 'delete_file',
  rmdir: 'delete_dir',
};

/** The command that a name or an alias stands for. */
export function resolveCommand(name: string): CommandName | undefined {
  if (Object.hasOwn(COMMANDS, name)) return name as CommandName;
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
}

export function commandSpec(name: CommandName): CommandSpec {
  return COMMANDS[name];
}

/** Up to five commands that a mistyped name may have meant. */
export function similarCommands(name: string): CommandName[] {
  const wanted = name.toLowerCase();
  const near = (candidate: string): boolean =>
    candidate.startsWith(wanted.slice(0, 2)) || candidate.includes(wanted) || wanted.includes(candidate);
  return COMMAND_NAMES.filter(near).slice(0, 5);
}
