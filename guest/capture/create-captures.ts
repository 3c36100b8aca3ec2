// Captures of one link: frames before and after each input, and the tree that belongs to the frame after it.
import type { ElementPlace } from '../../protocol/element-at.ts';
import type { CaptureWish } from '../../protocol/link.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Covered, PrivacyGuard } from '../privacy/guard.ts';
import type { Screen } from '../screen/screen.ts';
import type { Settling, Shot } from '../screen/shot.ts';
import type { Captures, SendCapture } from './captures.ts';
import { Film } from './film.ts';
import { IdleSampler } from './idle-sampler.ts';
import { ChangeObserver } from './observer.ts';
import { Outbox, text, type Cause } from './outbox.ts';
import { SETTLE_TIMES } from './settle-rule.ts';
import { TreeMemory } from './tree-memory.ts';
import { Watch } from './watch.ts';
import { openWorkload, WorkMeter } from './workload.ts';

export interface CaptureParts {
  readonly screen: Pick<Screen, 'grab' | 'png' | 'identify' | 'onDamage'>;
  readonly guard: Pick<PrivacyGuard, 'active' | 'rules' | 'cover' | 'coverTree'>;
  readonly readTree: (signal: AbortSignal) => Promise<TreeReport>;
  readonly send: SendCapture;
  /** Told of what no message can tell of. */
  readonly onFault: (error: unknown) => void;
  readonly clock?: Clock;
  /** Shared with whoever else reads trees. */
  readonly trees?: TreeMemory;
}

/** Milliseconds for the tree of one capture. */
const TREE_MS = 5000;

/** One for each link. `around` is for every input and for every command with a wish, and for no other. */
export function createCaptures(parts: CaptureParts): Captures {
  const clock = parts.clock ?? systemClock;
  const recorder = new ScreenRecorder({ trees: new TreeMemory(clock), ...parts, clock });
  return {
    around: (callId, wish, work) => recorder.around(callId, wish, work),
    capture: (captureId, when, tree) => recorder.capture(captureId, when, tree),
    requested: (callId, shot) => {
      recorder.requested(callId, shot);
    },
    film: (on) => {
      recorder.film(on);
    },
    forget: () => {
      recorder.forget();
    },
    close: () => {
      recorder.close();
    },
  };
}

interface Running {
  readonly watch: Watch;
  /** The call's tree is read before the next input begins; without one nothing is waited for. */
  readonly tree: Promise<void> | undefined;
}

class ScreenRecorder {
  readonly #parts: Required<CaptureParts>;
  readonly #observer = new ChangeObserver();
  readonly #outbox: Outbox;
  readonly #work: WorkMeter;
  readonly #sampler: IdleSampler;
  readonly #film: Film;
  readonly #trees: TreeMemory;
  readonly #stopListening: () => void;
  #running: Running | undefined;

  constructor(parts: Required<CaptureParts>) {
    this.#parts = parts;
    this.#outbox = new Outbox(parts);
    this.#work = new WorkMeter(openWorkload(), () => parts.clock.now());
    this.#sampler = new IdleSampler(parts, this.#observer);
    this.#film = new Film({
      ...parts,
      room: () => this.#outbox.room(),
      send: (shot) => {
        this.#send({ when: 'video' }, shot, { settled: false, settle_ms: 0 });
      },
    });
    this.#trees = parts.trees;
    this.#stopListening = parts.screen.onDamage((atMs) => {
      this.#observer.drawn(atMs);
      this.#sampler.drawn();
      this.#film.drawn();
      this.#running?.watch.drawn();
    });
  }

  async around<T>(callId: string, wish: CaptureWish, work: () => Promise<T>): Promise<T> {
    this.#sampler.pause();
    this.#trees.interrupt();
    const wanted = wish.before || wish.after || wish.tree;
    if (!wanted && !this.#running) return work();
    await this.#outbox.room();
    const before = await this.#begin();
    if (!wanted) return work();
    // What is to be hidden must be looked for while it is where the frame shows it.
    if (this.#parts.guard.active && !(before instanceof Error)) await ended(this.#covering(before));
    if (wish.before) this.#sendBefore(callId, before, wish.element);
    if (before instanceof Error) return this.#blind(callId, wish, before, work);
    const watch = new Watch({ ...this.#parts, observer: this.#observer, work: this.#work });
    this.#running = { watch, tree: this.#follow(callId, wish, watch) };
    try {
      return await work();
    } finally {
      watch.inputDone();
    }
  }

  async capture(captureId: string, when: 'initial' | 'final', tree: boolean): Promise<void> {
    const cause: Cause = { capture_id: captureId, when };
    const shot = await this.#shoot();
    if (shot instanceof Error) this.#outbox.message({ type: 'no_frame', ...cause, evidence: shot.message });
    else this.#send(cause, shot, { settled: this.#quiet(shot), settle_ms: 0 });
    if (tree) await this.#sendTree(cause);
    else if (when === 'initial') this.#lookAtTree();
  }

  /** For the elements that the next inputs are about. */
  #lookAtTree(): void {
    const { guard, readTree, onFault } = this.#parts;
    const covered = async (signal: AbortSignal): Promise<TreeReport> =>
      (await guard.coverTree(await readTree(signal))).report;
    this.#trees.refresh(covered, TREE_MS, guard.rules).catch(onFault);
  }

  requested(callId: string, shot: Shot): void {
    this.#observer.observe(shot);
    this.#send({ call_id: callId, when: 'requested' }, shot, { settled: false, settle_ms: 0 });
  }

  film(on: boolean): void {
    if (on) this.#film.start();
    else this.#film.stop();
  }

  forget(): void {
    this.#outbox.forget();
  }

  close(): void {
    this.#stopListening();
    this.#film.stop();
    this.#sampler.pause();
    this.#trees.interrupt();
    this.#running?.watch.fail(new Error('the link was closed'));
  }

  /** The screen as an input finds it; it also is what the input before led to, if that had not settled yet. */
  async #begin(): Promise<Shot | Error> {
    const previous = this.#running;
    this.#running = undefined;
    const shot = await this.#shoot(previous?.watch);
    if (!previous?.tree) return shot;
    await previous.tree;
    return this.#shoot();
  }

  async #shoot(ending?: Watch): Promise<Shot | Error> {
    try {
      const shot = await this.#parts.screen.grab();
      ending?.endWith(shot);
      this.#observer.observe(shot);
      return shot;
    } catch (thrown) {
      const error = new Error(`the screen could not be read: ${text(thrown)}`, { cause: thrown });
      ending?.fail(error);
      return error;
    }
  }

  #sendBefore(callId: string, before: Shot | Error, place: ElementPlace | undefined): void {
    const cause: Cause = { call_id: callId, when: 'before' };
    if (before instanceof Error) {
      this.#outbox.message({ type: 'no_frame', ...cause, evidence: before.message });
    } else {
      const { guard } = this.#parts;
      const element =
        place === undefined
          ? {}
          : this.#trees.about(place, before.cursor, guard.active ? guard.rules : undefined);
      this.#send(cause, before, { settled: this.#quiet(before), settle_ms: 0, ...element });
    }
  }

  /** The input is given though nothing can be seen; what was wished for is answered with the reason. */
  #blind<T>(callId: string, wish: CaptureWish, reason: Error, work: () => Promise<T>): Promise<T> {
    const cause: Cause = { call_id: callId, when: 'after' };
    const evidence = reason.message;
    if (wish.after) this.#outbox.message({ type: 'no_frame', ...cause, evidence });
    if (wish.tree) this.#outbox.message({ type: 'no_tree', ...cause, evidence });
    return work();
  }

  /** Sends what the input led to, once it is there. The promise, if any, is that of the tree. */
  #follow(callId: string, wish: CaptureWish, watch: Watch): Promise<void> | undefined {
    const cause: Cause = { call_id: callId, when: 'after' };
    const followed = watch.outcome.then(
      async ({ shot, settled, settleMs, busy }) => {
        const settling = { settled, settle_ms: Math.round(settleMs), ...(busy.length > 0 ? { busy } : {}) };
        if (wish.after) this.#send(cause, shot, settling);
        if (this.#running?.watch === watch) this.#sampler.begin();
        if (wish.tree) await this.#sendTree(cause);
        else if (this.#running?.watch === watch) this.#lookAtTree();
      },
      (error: unknown) => {
        const evidence = text(error);
        if (wish.after) this.#outbox.message({ type: 'no_frame', ...cause, evidence });
        if (wish.tree) this.#outbox.message({ type: 'no_tree', ...cause, evidence });
      },
    );
    if (wish.tree) return followed;
    followed.catch(this.#parts.onFault);
    return undefined;
  }

  async #sendTree(cause: Cause): Promise<void> {
    try {
      const fromMs = this.#parts.clock.now();
      const { rules } = this.#parts.guard;
      const read = await this.#parts.readTree(AbortSignal.timeout(TREE_MS));
      const { report, masks } = await this.#parts.guard.coverTree(read);
      this.#trees.remember(report, fromMs, rules);
      const message = { type: 'tree', ...cause, report } as const;
      this.#outbox.message(masks.length > 0 ? { ...message, masks: [...masks] } : message);
    } catch (error) {
      this.#outbox.message({
        type: 'no_tree',
        ...cause,
        evidence: `the tree could not be read: ${text(error)}`,
      });
    }
  }

  #send(cause: Cause, shot: Shot, settling: Settling): void {
    this.#outbox.frame(cause, shot, settling, this.#covering(shot));
  }

  #covering(shot: Shot): Promise<Covered> {
    return this.#parts.guard.cover(shot, this.#quiet(shot));
  }

  #quiet(shot: Shot): boolean {
    return this.#observer.quietAt(shot, SETTLE_TIMES.quietMs);
  }
}

/** Who sends the frame tells of a failure. */
async function ended(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
