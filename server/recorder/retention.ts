// Lets go of old traces: what is older, or more, than the server was told to keep. What is held stays.
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { within } from './within.ts';
import type { KeptTrace, TraceStore } from './traces-store.ts';

/** Undefined: without end. */
export interface RetentionLimits {
  /** Milliseconds since the trace ended. */
  readonly ageMs?: number | undefined;
  /** Bytes of all traces together, their ZIPs included. */
  readonly bytes?: number | undefined;
}

export interface RetentionParts {
  readonly store: Pick<TraceStore, 'kept' | 'delete' | 'metrics'>;
  readonly limits: RetentionLimits;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two looks. Milliseconds. */
const SWEEP_MS = 10 * 60 * 1000;

export class Retention {
  readonly #parts: RetentionParts;
  readonly #stop = new AbortController();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Looks now, and again and again until it is closed. Nothing is done where everything is kept. */
  start(): void {
    const { ageMs, bytes } = this.#parts.limits;
    if (ageMs !== undefined || bytes !== undefined) this.#sweeping = this.#keepSweeping();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sweeping;
  }

  /** Deletes what is to go, the oldest first, and returns its ids. One that cannot be deleted does not keep the others. */
  async sweep(): Promise<string[]> {
    const gone: string[] = [];
    for (const trace of await this.#overdue()) {
      try {
        await this.#parts.store.delete(trace.traceId);
        gone.push(trace.traceId);
      } catch (error) {
        this.#parts.store.metrics.fault('retention');
        this.#parts.log.error('retention.not_deleted', { trace: trace.traceId, error });
      }
    }
    if (gone.length > 0) this.#parts.log.info('retention.deleted', { traces: gone });
    return gone;
  }

  async #overdue(): Promise<KeptTrace[]> {
    const { store, limits, clock } = this.#parts;
    const traces = (await store.kept()).sort((one, other) => one.endedMs - other.endedMs);
    const oldest = limits.ageMs === undefined ? -Infinity : clock.now() - limits.ageMs;
    let surplus = traces.reduce((sum, { bytes }) => sum + bytes, 0) - (limits.bytes ?? Infinity);
    const overdue: KeptTrace[] = [];
    for (const trace of traces) {
      if (trace.held || (trace.endedMs >= oldest && surplus <= 0)) continue;
      overdue.push(trace);
      surplus -= trace.bytes;
    }
    return overdue;
  }

  async #keepSweeping(): Promise<void> {
    const { signal } = this.#stop;
    const { clock, log } = this.#parts;
    const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    while (!signal.aborted) {
      await this.sweep().catch((error: unknown) => {
        this.#parts.store.metrics.fault('retention');
        log.error('retention.failed', { error });
      });
      await within(SWEEP_MS, stopped, clock);
    }
  }
}
