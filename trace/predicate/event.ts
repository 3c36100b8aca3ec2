// One line of a trace in Predicate's form, and the several spellings of its types.
import { jsonIfAny } from '../../protocol/codec.ts';
import { isRecord } from '../../protocol/record.ts';

export interface PredicateEvent {
  v: 1;
  type: string;
  /** ISO 8601 with milliseconds. */
  ts: string;
  /** Milliseconds since 1970. */
  ts_ms?: number;
  run_id: string;
  /** 1 for the first event of a run, one more for each that follows. */
  seq: number;
  step_id?: string;
  data: Record<string, unknown>;
}

/** What an event is about; one kind may be spelled in several ways. */
export type EventKind =
  | 'run_start'
  | 'step_start'
  | 'snapshot'
  | 'llm'
  | 'action'
  | 'verification'
  | 'recovery'
  | 'step_end'
  | 'run_end'
  | 'error';

const KINDS: Readonly<Record<string, EventKind>> = {
  run_start: 'run_start',
  step_start: 'step_start',
  snapshot: 'snapshot',
  snapshot_taken: 'snapshot',
  llm_called: 'llm',
  llm_response: 'llm',
  llm_query: 'llm',
  action: 'action',
  action_executed: 'action',
  verification: 'verification',
  recovery: 'recovery',
  step_end: 'step_end',
  run_end: 'run_end',
  error: 'error',
};

/** Undefined for a type that is none of Predicate's. */
export function kindOf(type: string): EventKind | undefined {
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}

/** A line as an event; undefined where it is none. */
export function readEvent(text: string): PredicateEvent | undefined {
  const value = jsonIfAny(text);
  if (!isRecord(value) || typeof value['type'] !== 'string' || !isRecord(value['data'])) return undefined;
  return value as unknown as PredicateEvent;
}

/** A field that is a record; an empty one where it is not. */
export function recordAt(data: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = data[key];
  return isRecord(value) ? value : {};
}

/** The first of these fields that holds a string. */
export function textAt(data: Record<string, unknown>, ...keys: string[]): string | undefined {
  return keys.map((key) => data[key]).find((value) => typeof value === 'string');
}

/** The first of these fields that holds a number. */
export function numberAt(data: Record<string, unknown>, ...keys: string[]): number | undefined {
  return keys.map((key) => data[key]).find((value) => typeof value === 'number');
}

/** Milliseconds since 1970; undefined where the event does not say. */
export function timeOf(event: PredicateEvent): number | undefined {
  if (typeof event.ts_ms === 'number') return event.ts_ms;
  const ms = Date.parse(event.ts);
  return Number.isNaN(ms) ? undefined : ms;
}
