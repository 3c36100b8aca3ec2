// Methods that work terminals: programs on a pseudo-terminal, with no window on the screen.
import type { CommandResult } from '../../protocol/commands/table.ts';
import type { Call, CallOptions } from './call.ts';

export interface PtyOptions extends CallOptions {
  /** A line for bash. Default: an interactive bash. */
  command?: string;
  /** Characters. Default 80. */
  cols?: number;
  /** Lines. Default 24. */
  rows?: number;
  /** The folder to run in. Default: the user's home. */
  cwd?: string;
  /** Variables beside the desktop's own. */
  env?: Record<string, string>;
}

export interface PtySendOptions extends CallOptions {
  /** The input is recorded masked. Default false. */
  secret?: boolean;
}

export type PtyInfo = CommandResult<'pty_info'>;

export interface PtyOutput {
  data: Buffer;
  /** Where `data` begins, in bytes since the terminal was opened: the last mebibyte is kept. */
  offset: number;
  /** Where to read on. */
  next: number;
  /** Null while the program runs or there is more to read. 128 and the signal's number where one ended it. */
  exitCode: number | null;
}

export function ptyMethods(call: Call) {
  return {
    /** Opens a terminal. Its `pid` names it from then on. */
    async ptyCreate(given: PtyOptions = {}): Promise<PtyInfo> {
      const { command, cols, rows, cwd, env, ...options } = given;
      return call('pty_create', { command, cols, rows, cwd, envs: env }, options);
    },
    /** Throws `not_found` for a terminal that there is none of. */
    async ptyInfo(pid: number, options?: CallOptions): Promise<PtyInfo> {
      return call('pty_info', { pid }, options);
    },
    /** Types text, or sends bytes. Throws `conflict` where the program has ended. */
    async ptySend(
      pid: number,
      input: string | Uint8Array,
      { secret = false, ...options }: PtySendOptions = {},
    ): Promise<void> {
      const given =
        typeof input === 'string' ? { text: input } : { data: Buffer.from(input).toString('base64') };
      await call('pty_send', { pid, secret, ...given }, options);
    },
    async ptyResize(pid: number, cols: number, rows: number, options?: CallOptions): Promise<void> {
      await call('pty_resize', { pid, cols, rows }, options);
    },
    /** What was printed from `offset` on, up to 64 KiB; does not wait for more. */
    async ptyRead(pid: number, offset = 0, options?: CallOptions): Promise<PtyOutput> {
      const { data, exit_code: exitCode, ...place } = await call('pty_read', { pid, offset }, options);
      return { data: Buffer.from(data, 'base64'), exitCode, ...place };
    },
    /** Ends the program and what it started. False where it had ended before. */
    async ptyKill(pid: number, options?: CallOptions): Promise<boolean> {
      return (await call('pty_kill', { pid }, options)).killed;
    },
  };
}

export type PtyMethods = ReturnType<typeof ptyMethods>;
