// One program on a pseudo-terminal: its input, what it has printed, and its end.
import type { IPty } from '@lydell/node-pty';
import type { CommandResult } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Clock } from '../clock.ts';
import { Scrollback } from './scrollback.ts';

const KEPT_BYTES = 1024 * 1024;
const READ_BYTES = 64 * 1024;
/** For a program to end by itself when its terminal hangs up. Milliseconds. */
const HANGUP_MS = 1000;
/** What shells add to the number of the signal that ended a program. */
const BY_SIGNAL = 128;

export class Terminal {
  readonly #pty: IPty;
  readonly #scrollback = new Scrollback(KEPT_BYTES);
  readonly #ended = Promise.withResolvers<undefined>();
  #exitCode: number | undefined;
  /** Who follows was told that there is more, and has not read since. */
  #told = false;

  /** `onNews` is called when there is something to read after all that there was had been read. */
  constructor(pty: IPty, onNews: () => void) {
    this.#pty = pty;
    const tell = (): void => {
      if (this.#told) return;
      this.#told = true;
      onNews();
    };
    pty.onData((chunk) => {
      this.#scrollback.add(chunk);
      tell();
    });
    pty.onExit(({ exitCode, signal }) => {
      this.#exitCode = signal ? BY_SIGNAL + signal : exitCode;
      this.#ended.resolve(undefined);
      tell();
    });
  }

  get size(): CommandResult<'pty_info'> {
    const { pid, cols, rows } = this.#pty;
    return { pid, cols, rows };
  }

  get ended(): boolean {
    return this.#exitCode !== undefined;
  }

  read(offset: number): CommandResult<'pty_read'> {
    const { bytes, offset: from } = this.#scrollback.read(offset, READ_BYTES);
    const next = from + bytes.length;
    const atEnd = next === this.#scrollback.end;
    if (atEnd) this.#told = false;
    const exitCode = atEnd && bytes.length === 0 ? (this.#exitCode ?? null) : null;
    return { data: bytes.toString('base64'), offset: from, next, exit_code: exitCode };
  }

  /** Throws `conflict` where the program has ended. */
  write(bytes: Buffer): void {
    this.#assertRuns();
    this.#pty.write(bytes);
  }

  resize(cols: number, rows: number): void {
    this.#assertRuns();
    this.#pty.resize(cols, rows);
  }

  /** Hangs up, and kills what does not heed that; resolves at its end. False where it had ended before. */
  async kill(clock: Clock): Promise<boolean> {
    if (this.ended) return false;
    signalGroup(this.#pty.pid, 'SIGHUP');
    const relent = clock.after(HANGUP_MS, () => signalGroup(this.#pty.pid, 'SIGKILL'));
    await this.#ended.promise;
    relent();
    return true;
  }

  #assertRuns(): void {
    if (this.ended) throw new DeskreelError('conflict', `the program of terminal ${this.#pty.pid} has ended`);
  }
}

/** The program and its children: a pseudo-terminal's program leads a process group of its own. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It may have ended in this very moment.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
