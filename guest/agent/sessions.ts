// Whose turn it is, and what each session holds down: input of all sessions runs one after the other, and what a session
// holds is lifted when it ends, when an input of it fails, or when it is silent.
import { COMMANDS, type CommandName } from '../../protocol/commands/table.ts';
import { Lane } from '../../protocol/lane.ts';
import type { Held } from '../../protocol/link.ts';
import type { Clock } from '../clock.ts';
import type { Holdings } from '../input/held.ts';

/** Without a command of it for so long, a session is silent. Milliseconds. */
export const SILENCE_MS = 10_000;
/** For the next command of a session that had to wait for another's input. Milliseconds. */
const GRACE_MS = 200;

/** What was lifted, whose it was, and why. */
export interface Lifted {
  readonly session: string;
  readonly reason: string;
  readonly held: Held;
}

export interface SessionsParts {
  readonly holdings: Holdings;
  readonly clock: Clock;
  readonly onLifted: (lifted: Lifted) => void;
  readonly onFault: (error: unknown) => void;
}

export class Sessions {
  readonly #parts: SessionsParts;
  readonly #lane = new Lane();
  /** Inputs that run or wait. */
  #inputs = 0;
  /** How many commands of each session run or wait. */
  readonly #busy = new Map<string, number>();
  /** Sessions that hold something and do nothing; the signal ends when they are heard of. */
  readonly #quiet = new Map<string, AbortController>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Carries out a command of a session, input in its turn. Rejects with the command's own error. */
  async run<T>(session: string, command: CommandName, work: () => Promise<T>): Promise<T> {
    this.#heard(session);
    this.#busy.set(session, (this.#busy.get(session) ?? 0) + 1);
    try {
      return await (COMMANDS[command].input ? this.#input(session, command, work) : work());
    } finally {
      this.#ended(session);
    }
  }

  /** Lifts what the session holds, after the input that runs. */
  async release(session: string, reason: string): Promise<void> {
    this.#heard(session);
    await this.#lane.enter(() => this.#lift(session, reason));
  }

  async #input<T>(session: string, command: CommandName, work: () => Promise<T>): Promise<T> {
    this.#inputs += 1;
    try {
      return await this.#lane.enter(async () => {
        try {
          return await work();
        } catch (error) {
          await this.#lift(session, `its ${command} failed`).catch(this.#parts.onFault);
          throw error;
        }
      });
    } finally {
      this.#inputs -= 1;
    }
  }

  #heard(session: string): void {
    this.#quiet.get(session)?.abort();
    this.#quiet.delete(session);
  }

  #ended(session: string): void {
    const left = (this.#busy.get(session) ?? 1) - 1;
    if (left > 0) {
      this.#busy.set(session, left);
      return;
    }
    this.#busy.delete(session);
    if (!this.#parts.holdings.isHolding(session)) return;
    const heard = new AbortController();
    this.#quiet.set(session, heard);
    this.#liftWhenSilent(session, heard.signal).catch(this.#parts.onFault);
  }

  async #liftWhenSilent(session: string, heard: AbortSignal): Promise<void> {
    await this.#pause(SILENCE_MS, heard);
    // Its next command may be waiting at the server for the input that runs.
    if (this.#inputs > 0) {
      await this.#lane.idle();
      await this.#pause(GRACE_MS, heard);
    }
    if (!heard.aborted) await this.release(session, `it was silent for ${SILENCE_MS / 1000} s`);
  }

  async #lift(session: string, reason: string): Promise<void> {
    const { holdings, onLifted } = this.#parts;
    if (!holdings.isHolding(session)) return;
    onLifted({ session, reason, held: await holdings.release(session) });
  }

  /** Ends early when the session is heard of. */
  #pause(ms: number, heard: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (heard.aborted) resolve();
      const end = this.#parts.clock.after(ms, resolve);
      heard.addEventListener('abort', () => {
        end();
        resolve();
      });
    });
  }
}
