// The index of a trace in Predicate's form: where each step lies in the file, and what became of it. Two forms.
import type { RunStatus, StepStatus } from './status.ts';

export interface SnapshotMark {
  snapshot_id: string | null;
  digest: string | null;
  url: string | null;
}

export interface StepIndex {
  /** 1 for the step that appears first. */
  step_index: number;
  /** `step-0` holds the events that name no step. */
  step_id: string;
  goal: string | null;
  status: StepStatus;
  ts_start: string;
  ts_end: string;
  /** Bytes from the step's first event to behind its last; where steps overlap, others lie in between. */
  offset_start: number;
  offset_end: number;
  /** Of the step's last event; counts from 1. */
  line_number: number;
  url_before: string | null;
  url_after: string | null;
  snapshot_before: SnapshotMark;
  snapshot_after: SnapshotMark;
  action: {
    type: string | null;
    target_element_id: number | null;
    args_digest: string | null;
    success: boolean | null;
  };
  counters: { events: number; snapshots: number; actions: number; llm_calls: number };
}

export interface TraceIndex {
  version: 1;
  run_id: string;
  created_at: string;
  trace_file: { path: string; size_bytes: number; sha256: string; line_count: number };
  summary: {
    first_ts: string;
    last_ts: string;
    event_count: number;
    step_count: number;
    error_count: number;
    final_url: string | null;
    status: StepStatus;
    agent_name: string | null;
    duration_ms: number | null;
    counters: { snapshot_count: number; action_count: number; error_count: number };
  };
  steps: StepIndex[];
}

/** The form that Predicate's Studio reads. */
export interface StudioIndex {
  version: 1;
  run_id: string;
  generated_at: string;
  trace_file: { path: string; size_bytes: number; line_count: number };
  summary: {
    agent_name: string | null;
    total_steps: number;
    status: Exclude<RunStatus, 'unknown'> | null;
    start_time: string;
    end_time: string;
    duration_ms: number | null;
    counters: { snapshot_count: number; action_count: number; error_count: number };
  };
  steps: {
    step: number;
    byte_offset: number;
    line_number: number;
    timestamp: string;
    action: { type: string | null; goal: string | null; digest: string | null };
    snapshot?: { url: string | null; digest: string | null };
    status?: StepStatus;
  }[];
}

export function studioForm(index: TraceIndex): StudioIndex {
  const { path, size_bytes, line_count } = index.trace_file;
  const { agent_name, step_count, status, first_ts, last_ts, duration_ms, counters } = index.summary;
  return {
    version: 1,
    run_id: index.run_id,
    generated_at: index.created_at,
    trace_file: { path, size_bytes, line_count },
    summary: {
      agent_name,
      total_steps: step_count,
      status,
      start_time: first_ts,
      end_time: last_ts,
      duration_ms,
      counters,
    },
    steps: index.steps.map((step) => ({
      step: step.step_index,
      byte_offset: step.offset_start,
      line_number: step.line_number,
      timestamp: step.ts_start,
      action: { type: step.action.type, goal: step.goal, digest: step.action.args_digest },
      ...snapshotOf(step),
      status: step.status,
    })),
  };
}

function snapshotOf({ snapshot_after: after, snapshot_before: before }: StepIndex): object {
  const { url, digest } = after.digest === null ? before : after;
  return digest === null ? {} : { snapshot: { url, digest } };
}
