// A command as a client asks for it: found in the table, checked against its row, given its time.
import { parseWith } from '../codec.ts';
import { DeskreelError } from '../errors.ts';
import { commandSpec, resolveCommand, similarCommands, type CommandName } from './table.ts';

/** The command that a name or an alias stands for. Throws `unknown_command`, which names similar ones. */
export function knownCommand(name: string): CommandName {
  const command = resolveCommand(name);
  if (command) return command;
  const near = similarCommands(name);
  const hint = near.length > 0 ? ` Did you mean: ${near.join(', ')}?` : '';
  throw new DeskreelError('unknown_command', `Unknown command: ${name}.${hint}`);
}

/** The parameters with their defaults. Throws `bad_params`, which names the first that is wrong. */
export function checkedParams(command: CommandName, params: unknown): unknown {
  return parseWith(commandSpec(command).params, params, command, 'bad_params');
}

/** Milliseconds: a command's own `timeout` (seconds) comes on top of what the table allows. */
export function deadlineOf(command: CommandName, params: unknown): number {
  const { timeoutMs } = commandSpec(command);
  const own =
    typeof params === 'object' && params !== null && 'timeout' in params ? params.timeout : undefined;
  return typeof own === 'number' ? timeoutMs + own * 1000 : timeoutMs;
}
