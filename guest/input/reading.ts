// Whether the programs that the keys go to have read them.
import { setTimeout as after } from 'node:timers/promises';
import type { Focus, Listeners } from './focus.ts';
import type { Pinger } from './ping.ts';
import { atRest } from './rest.ts';

/** How long a busy program may take to answer, in milliseconds, before pauses take the place of its answers. */
const ANSWER_MS = 10_000;
/** The pause after a chunk for a window that answers no pings and names no process, in milliseconds. */
const PACE_MS = 250;

/** One command's view of its readers. The focus may move while a chunk is typed: both ends count. */
export class Reading {
  readonly #focus: Focus;
  readonly #pinger: Pinger;
  readonly #signal: AbortSignal;
  readonly #silent = new Set<number>();
  #window = 0;
  #listeners: Listeners = { isFocusHeard: false, pid: undefined, readers: [], companions: [] };

  constructor(focus: Focus, pinger: Pinger, signal: AbortSignal) {
    this.#focus = focus;
    this.#pinger = pinger;
    this.#signal = signal;
  }

  /** Before the first key. */
  async begin(): Promise<void> {
    await this.#follow(await this.#focus.window());
  }

  /** Resolves when a change of the keyboard map is known wherever keys sent from now on will be read. */
  async mapKnown(): Promise<void> {
    await this.#heard(this.#listeners.companions);
  }

  /** Resolves when everything sent so far has been read, or after a pause where that cannot be learnt. */
  async caughtUp(): Promise<void> {
    const before = this.#listeners;
    const window = await this.#focus.window();
    if (window !== this.#window) await this.#follow(window);
    const readers = [...new Set([...before.readers, ...this.#listeners.readers])];
    const haveAnswered = await this.#heard(readers);
    const isHeard = before.isFocusHeard && this.#listeners.isFocusHeard;
    if (!haveAnswered || !isHeard) await this.#pause();
  }

  /** For windows that answer no pings: their program has read its keys when it has come to rest. */
  async #pause(): Promise<void> {
    const { pid } = this.#listeners;
    const rested = pid !== undefined && (await atRest(pid, () => this.#focus.window(), this.#signal));
    if (!rested) await after(PACE_MS, undefined, { signal: this.#signal });
  }

  async #follow(window: number): Promise<void> {
    this.#window = window;
    this.#listeners = await this.#focus.listeners(window);
  }

  /** Whether all of them answered. Who did not is not asked again. */
  async #heard(windows: readonly number[]): Promise<boolean> {
    const asked = windows.filter((window) => !this.#silent.has(window));
    const late = await this.#pinger.ask(asked, ANSWER_MS, this.#signal);
    for (const window of late) this.#silent.add(window);
    return windows.every((window) => !this.#silent.has(window));
  }
}
