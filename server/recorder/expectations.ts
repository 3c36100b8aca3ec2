// The frames and trees that were asked of the guest and are not there yet. None is waited for longer than a bound.
import type { CaptureWish } from '../../protocol/link.ts';
import type { Clock } from '../clock.ts';

export type Part = 'before' | 'after' | 'tree' | 'initial' | 'final' | 'requested';

/** What a wish asks for. */
export function partsOf(wish: CaptureWish): Part[] {
  return (['before', 'after', 'tree'] as const).filter((part) => wish[part]);
}

interface Awaited {
  readonly parts: Set<Part>;
  readonly over: AbortController;
}

interface Waiter {
  readonly part: Part | undefined;
  readonly resolve: () => void;
}

export interface ExpectationParts {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Milliseconds after a call's reply until what is missing counts as lost. */
  readonly waitMs: number;
  readonly onMissing: (callId: string, part: Part, reason: string) => void;
  /** It was asked for, nothing hindered it, and it did not come. Told before `onMissing`. */
  readonly onLate: (part: Part) => void;
}

export class Expectations {
  readonly #parts: ExpectationParts;
  readonly #awaited = new Map<string, Awaited>();
  #waiters: Waiter[] = [];

  constructor(parts: ExpectationParts) {
    this.#parts = parts;
  }

  expect(callId: string, parts: readonly Part[]): void {
    if (parts.length > 0) this.#awaited.set(callId, { parts: new Set(parts), over: new AbortController() });
  }

  /** Whether this call still lacks something. */
  has(callId: string): boolean {
    return this.#awaited.has(callId);
  }

  arrived(callId: string, part: Part): void {
    const awaited = this.#awaited.get(callId);
    if (!awaited?.parts.delete(part)) return;
    this.#settle(callId, awaited);
  }

  /** From now on the time of what this call still lacks runs. */
  replied(callId: string): void {
    const awaited = this.#awaited.get(callId);
    if (awaited) void this.#expire(callId, awaited.over.signal);
  }

  /** What this call, or every call, still lacks will not come. */
  abandon(reason: string, callId?: string): void {
    const calls = callId === undefined ? [...this.#awaited.keys()] : [callId];
    for (const id of calls) this.#giveUp(id, reason);
  }

  /** Resolves when nothing (of this part) is awaited. */
  none(part?: Part): Promise<void> {
    if (!this.#isAwaited(part)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ part, resolve }));
  }

  async #expire(callId: string, over: AbortSignal): Promise<void> {
    const { clock, waitMs } = this.#parts;
    try {
      await clock.sleep(waitMs, over);
    } catch (error) {
      if (over.aborted) return;
      throw error;
    }
    for (const part of this.#awaited.get(callId)?.parts ?? []) this.#parts.onLate(part);
    this.#giveUp(callId, `it did not arrive within ${waitMs} ms of the reply`);
  }

  #giveUp(callId: string, reason: string): void {
    const awaited = this.#awaited.get(callId);
    if (!awaited) return;
    for (const part of awaited.parts) this.#parts.onMissing(callId, part, reason);
    awaited.parts.clear();
    this.#settle(callId, awaited);
  }

  #settle(callId: string, awaited: Awaited): void {
    if (awaited.parts.size === 0) {
      this.#awaited.delete(callId);
      awaited.over.abort();
    }
    const ready = this.#waiters.filter(({ part }) => !this.#isAwaited(part));
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }

  #isAwaited(part: Part | undefined): boolean {
    if (part === undefined) return this.#awaited.size > 0;
    return [...this.#awaited.values()].some(({ parts }) => parts.has(part));
  }
}
