// Watches the screen after one input until it has settled, until that takes too long, or until the next input begins.
import type { Bounds } from '../../protocol/primitives.ts';
import type { Clock } from '../clock.ts';
import type { Screen } from '../screen/screen.ts';
import type { Shot } from '../screen/shot.ts';
import { boundsOf, type Cell } from './cells.ts';
import type { ChangeObserver } from './observer.ts';
import { judge, type SettleState } from './settle-rule.ts';
import type { WorkMeter } from './workload.ts';

export interface WatchParts {
  readonly screen: Pick<Screen, 'grab'>;
  readonly clock: Clock;
  readonly observer: ChangeObserver;
  readonly work: WorkMeter;
}

/** The frame that an input led to, and what is said of it. */
export interface Outcome {
  readonly shot: Shot;
  readonly settled: boolean;
  readonly settleMs: number;
  readonly busy: Bounds[];
}

/** So often, in milliseconds, it is looked whether the desktop's programs are still computing. */
const WORK_MS = 50;
/** A timer may be so late, in milliseconds, on a machine that has time; only what is beyond counts. */
const PUNCTUAL_MS = 15;
/** So soon after the first drawing, in milliseconds, it is looked what changed: the later, the less sure is when. */
const DRAWN_MS = 100;

export class Watch {
  /** Rejects when no frame could be taken. */
  readonly outcome: Promise<Outcome>;
  readonly #parts: WatchParts;
  readonly #busy: ReadonlySet<Cell>;
  readonly #startMs: number;
  readonly #changesBefore: number;
  readonly #settle: (outcome: Outcome) => void;
  readonly #fail: (error: unknown) => void;
  #state: SettleState;
  #done = false;
  #lookDue = false;
  #cancelTimers: (() => void)[] = [];

  /** The command begins now; the shot that it starts from has been observed. */
  constructor(parts: WatchParts) {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#settle = resolve;
    this.#fail = reject;
    this.#parts = parts;
    this.#startMs = parts.clock.now();
    this.#changesBefore = parts.observer.changed.times;
    this.#busy = parts.observer.busy.atInput(this.#startMs);
    this.#state = { inputMs: this.#startMs, changedMs: undefined, workingMs: undefined, lateMs: 0 };
  }

  /** Something was drawn. */
  drawn(): void {
    if (this.#done || this.#lookDue) return;
    this.#lookDue = true;
    this.#later(DRAWN_MS, () => {
      this.#lookDue = false;
      this.#see().catch((error: unknown) => {
        this.fail(error);
      });
    });
  }

  /** The input was given: from here on it is waited for what comes of it. */
  inputDone(): void {
    if (this.#done) return;
    const inputMs = this.#parts.clock.now();
    this.#state = { ...this.#state, inputMs };
    this.#parts.observer.busy.inputDone(inputMs);
    this.#parts.work.begin();
    this.#meter(inputMs);
    this.#proceed(inputMs);
  }

  /** The next input begins: this shot, taken before it, is the frame. */
  endWith(shot: Shot): void {
    if (this.#done) return;
    this.#note(shot);
    this.#finish(shot, judge(this.#state, shot.monoMs) === 'settled');
  }

  /** There will be no frame. */
  fail(error: unknown): void {
    this.#stop();
    this.#fail(error);
  }

  #meter(fromMs: number): void {
    this.#later(WORK_MS, () => {
      const nowMs = this.#parts.clock.now();
      const lateMs = nowMs - fromMs - WORK_MS - PUNCTUAL_MS;
      if (lateMs > 0) this.#state = { ...this.#state, lateMs: this.#state.lateMs + lateMs };
      if (this.#parts.work.working()) this.#state = { ...this.#state, workingMs: nowMs };
      this.#meter(nowMs);
    });
  }

  /** Looks when the rule says so, and no earlier. */
  #proceed(nowMs: number): void {
    const verdict = judge(this.#state, nowMs);
    const inMs = typeof verdict === 'object' ? Math.max(0, verdict.lookAtMs - nowMs) : 0;
    this.#later(inMs, () => {
      this.#look().catch((error: unknown) => {
        this.fail(error);
      });
    });
  }

  async #look(): Promise<void> {
    const shot = await this.#see();
    if (this.#done) return;
    const verdict = judge(this.#state, shot.monoMs);
    if (typeof verdict === 'object') this.#proceed(shot.monoMs);
    else this.#finish(shot, verdict === 'settled');
  }

  async #see(): Promise<Shot> {
    const shot = await this.#parts.screen.grab();
    if (!this.#done) this.#note(shot);
    return shot;
  }

  #note(shot: Shot): void {
    const { observer } = this.#parts;
    observer.observe(shot);
    const { times, atMs } = observer.changed;
    if (times === this.#changesBefore) return;
    this.#state = { ...this.#state, changedMs: Math.max(atMs, this.#startMs) };
  }

  #finish(shot: Shot, settled: boolean): void {
    this.#stop();
    const { changedMs } = this.#state;
    this.#settle({
      shot,
      settled,
      settleMs: changedMs === undefined ? 0 : changedMs - this.#startMs,
      busy: boundsOf(this.#busy, shot.frame.size),
    });
  }

  #stop(): void {
    this.#done = true;
    for (const cancel of this.#cancelTimers) cancel();
    this.#parts.work.end();
  }

  #later(ms: number, action: () => void): void {
    const cancel = this.#parts.clock.after(ms, () => {
      this.#cancelTimers = this.#cancelTimers.filter((one) => one !== cancel);
      action();
    });
    this.#cancelTimers.push(cancel);
  }
}
