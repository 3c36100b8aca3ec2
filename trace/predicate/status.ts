// How steps and runs ended, as far as their events tell.
import { kindOf, numberAt, recordAt, textAt, timeOf, type EventKind, type PredicateEvent } from './event.ts';

export const RUN_STATUSES = ['success', 'failure', 'partial', 'unknown'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export function isRunStatus(text: unknown): text is RunStatus {
  return RUN_STATUSES.some((known) => known === text);
}

export type StepStatus = Exclude<RunStatus, 'unknown'>;

/** Of a `step_end`. Done and verified: success; done, but not what was wanted: partial. */
export function stepStatus(data: Record<string, unknown>): StepStatus {
  if (typeof data['success'] === 'boolean') return data['success'] ? 'success' : 'failure';
  if (recordAt(data, 'exec')['success'] !== true) return 'failure';
  return recordAt(data, 'verify')['passed'] === true ? 'success' : 'partial';
}

export interface RunStats {
  total_steps: number;
  total_events: number;
  duration_ms: number | null;
  final_status: RunStatus;
  started_at: string | null;
  ended_at: string | null;
}

/** Counts a run's events one by one. */
export class RunTally {
  #events = 0;
  #steps = 0;
  #succeeded = 0;
  #failed = 0;
  #first: { ts: string; ms: number | undefined } | undefined;
  #last: { ts: string; ms: number | undefined } | undefined;
  #said: RunStatus | undefined;

  add(event: PredicateEvent): void {
    this.#events += 1;
    const time = { ts: event.ts, ms: timeOf(event) };
    this.#first ??= time;
    this.#last = time;
    const kind = kindOf(event.type);
    if (kind) this.#read[kind]?.(event.data);
  }

  readonly #read: Partial<Record<EventKind, (data: Record<string, unknown>) => void>> = {
    step_start: (data) => {
      if ((numberAt(data, 'attempt') ?? 0) === 0) this.#sawStep(numberAt(data, 'step_index'));
    },
    step_end: (data) => {
      this.#sawStep(numberAt(data, 'step_index'));
      if (stepStatus(data) === 'success') this.#succeeded += 1;
      else this.#failed += 1;
    },
    error: () => {
      this.#failed += 1;
    },
    run_end: (data) => {
      this.#sawStep(numberAt(data, 'steps'));
      if (isRunStatus(data['status'])) this.#said = data['status'];
    },
  };

  /** What the events tell, whatever `run_end` says. */
  get inferred(): RunStatus {
    if (this.#failed > 0) return this.#succeeded > 0 ? 'partial' : 'failure';
    return this.#succeeded > 0 ? 'success' : 'unknown';
  }

  /** What `run_end` said, if it did. */
  get said(): RunStatus | undefined {
    return this.#said;
  }

  stats(status: RunStatus = this.#said ?? this.inferred): RunStats {
    const { ts: started = null, ms: from } = this.#first ?? {};
    const { ts: ended = null, ms: to } = this.#last ?? {};
    return {
      total_steps: this.#steps,
      total_events: this.#events,
      duration_ms: from === undefined || to === undefined ? null : Math.max(0, to - from),
      final_status: status,
      started_at: started,
      ended_at: ended,
    };
  }

  #sawStep(index: number | undefined): void {
    this.#steps = Math.max(this.#steps, index ?? 0);
  }
}

/** The agent's name, as `run_start` tells it. */
export function agentOf(event: PredicateEvent): string | undefined {
  return kindOf(event.type) === 'run_start' ? textAt(event.data, 'agent') : undefined;
}
