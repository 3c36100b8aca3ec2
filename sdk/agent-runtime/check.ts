// A statement that is looked into once, or again and again until it holds.
import { setTimeout as delay } from 'node:timers/promises';
import { camelCase, keysIn, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';
import type { PredicateResult } from './predicates.ts';

export interface EventuallyOptions {
  /** Milliseconds. Default 10 000. */
  timeoutMs?: number;
  /** Milliseconds between two looks. Default 250. */
  pollMs?: number;
  signal?: AbortSignal;
}

export interface CheckParts {
  readonly evaluate: () => Promise<PredicateResult>;
  /** Takes a new snapshot. */
  readonly look: () => Promise<void>;
  readonly tell: (result: PredicateResult) => boolean;
}

export class Check {
  readonly #parts: CheckParts;

  constructor(parts: CheckParts) {
    this.#parts = parts;
  }

  /** Looks into it in the last snapshot. Emits one `verification`, and returns whether it holds. */
  async once(): Promise<boolean> {
    return this.#parts.tell(await this.#parts.evaluate());
  }

  /** Takes snapshots until it holds or the time is over. Emits one `verification`, of the last look. */
  async eventually(given: EitherCase<EventuallyOptions> = {}): Promise<boolean> {
    const options: EventuallyOptions = keysIn(camelCase, given);
    refuseUnknown(options, ['timeoutMs', 'pollMs', 'signal'], 'eventually');
    const { timeoutMs = 10_000, pollMs = 250, signal } = options;
    const until = performance.now() + timeoutMs;
    for (let looks = 1; ; looks += 1) {
      await this.#parts.look();
      const result = await this.#parts.evaluate();
      const left = until - performance.now();
      if (result.passed || left <= 0) {
        return this.#parts.tell({ ...result, details: { ...result.details, looks } });
      }
      // A state of the screen has no event: it is looked at again.
      await delay(Math.min(pollMs, left), undefined, signal ? { signal } : {});
    }
  }
}
