// Methods that start programs on the desktop.
import type { CommandResult } from '../../protocol/commands/table.ts';
import { camelKeys, type CamelKeys } from '../names.ts';
import type { Call, CallOptions } from './call.ts';

export interface RunCommandOptions extends CallOptions {
  /** Seconds; then the whole process group is ended and `timeout` is thrown. Default: the server's limit. */
  timeout?: number;
  /** The folder to run in. Default: the user's home. */
  cwd?: string;
  /** Variables beside the desktop's own (`DISPLAY`, the session bus). */
  env?: Record<string, string>;
}

/** What a program wrote and returned. `stdoutB64` and `stderrB64` hold the bytes where they are not UTF-8. */
export type CommandOutput = CamelKeys<CommandResult<'run_command'>>;

export function processMethods(call: Call) {
  return {
    /** Runs a shell command and waits for its end. A `returnCode` that is not 0 is no error. */
    async runCommand(command: string, given: RunCommandOptions = {}): Promise<CommandOutput> {
      const { timeout, cwd, env, ...options } = given;
      return camelKeys(await call('run_command', { command, timeout, cwd, env }, options));
    },
    /** Starts a program and does not wait. Returns its process id. */
    async launch(app: string, args?: readonly string[], options?: CallOptions): Promise<number> {
      return (await call('launch', { app, args: args && [...args] }, options)).pid;
    },
    /** Opens a file or a URL with the program that is set for it. Returns the process id. */
    async open(target: string, options?: CallOptions): Promise<number> {
      return (await call('open', { target }, options)).pid;
    },
  };
}

export type ProcessMethods = ReturnType<typeof processMethods>;
