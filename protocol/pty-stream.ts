// Following a terminal: it is read whenever there is more, so that what a follower gets is what commands have read.
import { parseWith } from './codec.ts';
import { COMMANDS } from './commands/table.ts';
import type { RunCommand } from './cua-dialect.ts';
import { DeskreelError } from './errors.ts';
import type { PtyFrame } from './pty-dialect.ts';

/** Tells who follows a terminal that there is more to read of it. */
export class PtyNews {
  readonly #followers = new Map<number, Set<() => void>>();
  readonly #listeners = new Set<(pid: number) => void>();

  tell(pid: number): void {
    for (const listener of this.#listeners) listener(pid);
    for (const follower of this.#followers.get(pid) ?? []) follower();
  }

  /** Of every terminal: it is not known what was missed. */
  tellAll(): void {
    for (const pid of this.#followers.keys()) this.tell(pid);
  }

  /** Calls `listener` at all news, until the returned function is called. */
  listen(listener: (pid: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves at the next news of this terminal, or when the signal ends. */
  next(pid: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const followers = this.#followers.get(pid) ?? new Set();
      this.#followers.set(pid, followers);
      const done = (): void => {
        followers.delete(done);
        if (followers.size === 0 && this.#followers.get(pid) === followers) this.#followers.delete(pid);
        signal.removeEventListener('abort', done);
        resolve();
      };
      followers.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }
}

/**
 * What the terminal has printed so far, then what it prints, then its exit. Ends with the signal. Throws where it cannot
 * be read: `not_found` for one that is unknown.
 */
export async function* followPty(
  pid: number,
  { run, news, signal }: { run: RunCommand; news: PtyNews; signal: AbortSignal },
): AsyncGenerator<PtyFrame> {
  let offset = 0;
  while (!signal.aborted) {
    // Asked for before it is read: what is printed in between is news.
    const caughtUp = new AbortController();
    const more = news.next(pid, AbortSignal.any([signal, caughtUp.signal]));
    const outcome = await run('pty_read', { pid, offset });
    if (!outcome.success) {
      caughtUp.abort();
      const { code, message } = outcome.error ?? { code: 'internal', message: 'the terminal cannot be read' };
      throw new DeskreelError(code, message);
    }
    const read = parseWith(COMMANDS.pty_read.result, outcome.result, 'pty_read', 'internal');
    offset = read.next;
    if (read.data !== '') yield { type: 'output', data: read.data };
    else if (read.exit_code === null) await more;
    caughtUp.abort();
    if (read.exit_code !== null) {
      yield { type: 'exit', code: read.exit_code };
      return;
    }
  }
}
