// How the methods of a computer's interface reach the desktop: typed by the command table, checked on the way back.
import { parseWith } from '../../protocol/codec.ts';
import {
  COMMANDS,
  type CommandInput,
  type CommandName,
  type CommandResult,
} from '../../protocol/commands/table.ts';
import type { CallOptions } from '../connection/command-session.ts';

export type { CallOptions };

/** Runs one command of the table. Throws the server's error, a DeskreelError. */
export type Call = <N extends CommandName>(
  command: N,
  params: CommandInput<N>,
  options?: CallOptions,
) => Promise<CommandResult<N>>;

/** What carries a command to the desktop and brings its result as the wire has it. */
export interface CommandCarrier {
  call(command: CommandName, params: object, options?: CallOptions): Promise<unknown>;
}

/** `carrier` is asked for at each call: it is there only while the computer runs. */
export function callThrough(carrier: () => CommandCarrier): Call {
  return async <N extends CommandName>(command: N, params: CommandInput<N>, options?: CallOptions) => {
    const result = await carrier().call(command, params, options);
    const checked = parseWith(COMMANDS[command].result, result ?? {}, `${command}'s result`, 'internal');
    return checked as CommandResult<N>;
  };
}
