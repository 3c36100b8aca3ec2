// A client's conversation: its own order of input, and the ids that it has used.
import { createHash } from 'node:crypto';
import type { RequestId } from '../../protocol/envelope.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { CommandOutcome } from './observer.ts';

/** Ids that a session remembers. */
const REMEMBERED_IDS = 1000;

interface Known {
  readonly digest: string;
  readonly outcome: Promise<CommandOutcome>;
}

export class Session {
  readonly id: string;
  readonly #known = new Map<RequestId, Known>();
  #lastInput: Promise<unknown> = Promise.resolve();

  constructor(id: string) {
    this.id = id;
  }

  /** Resolves when the session's input so far is done: a command sees all earlier input of its own session. */
  inputDone(): Promise<unknown> {
    return this.#lastInput;
  }

  noteInput(work: Promise<unknown>): void {
    this.#lastInput = work;
  }

  /**
   * Runs a request once: the same id again gets the outcome of the first, also while that still runs.
   * Throws `id_conflict` where the id stands for another command.
   */
  once(
    id: RequestId,
    command: string,
    params: unknown,
    run: () => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> {
    const digest = createHash('sha256')
      .update(JSON.stringify([command, params]))
      .digest('base64');
    const known = this.#known.get(id);
    if (known) {
      if (known.digest === digest) return known.outcome;
      throw new DeskreelError(
        'id_conflict',
        `id ${id} was used for another command in this session; use a new one`,
      );
    }
    const outcome = run();
    this.#known.set(id, { digest, outcome });
    this.#forgetOldest();
    return outcome;
  }

  #forgetOldest(): void {
    if (this.#known.size <= REMEMBERED_IDS) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }
}

/** The sessions of one desktop; the least recently used are forgotten beyond a bound. */
export class SessionTable {
  readonly #sessions = new Map<string, Session>();
  readonly #limit: number;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  get(id: string): Session {
    const session = this.#sessions.get(id) ?? new Session(id);
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    if (this.#sessions.size > this.#limit) {
      const oldest = this.#sessions.keys().next();
      if (!oldest.done) this.#sessions.delete(oldest.value);
    }
    return session;
  }
}
