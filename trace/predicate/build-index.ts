// Builds the index of a JSONL trace in one pass, whatever its size, and reads steps back by its offsets.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DeskreelError } from '../../protocol/errors.ts';
import { kindOf, readEvent, timeOf, type PredicateEvent } from './event.ts';
import type { StepIndex, TraceIndex } from './index-form.ts';
import { readLines, type Line } from './lines.ts';
import { agentOf, RunTally, type StepStatus } from './status.ts';
import { StepIndexer } from './step-indexer.ts';

/** Holds the events that name no step. */
export const NO_STEP = 'step-0';

/** Keeps the digests of actions from being compared with guesses: it can be made from the whole trace only. */
const KEY_PREFIX = 'deskreel-index-1\n';

/** An index whose steps, which a long trace has many of, are made as they are asked for. */
export interface LongTraceIndex {
  readonly head: Omit<TraceIndex, 'steps'>;
  readonly steps: () => Iterable<StepIndex>;
}

/** Throws `not_found` where there is no such file. A line that is no event is counted, and passed over. */
export async function buildTraceIndex(path: string, now = Date.now()): Promise<TraceIndex> {
  const { head, steps } = await buildLongIndex(path, now);
  return { ...head, steps: [...steps()] };
}

/** The same, without all steps in memory. */
export async function buildLongIndex(path: string, now: number): Promise<LongTraceIndex> {
  await checkThere(path);
  const builder = new IndexBuilder();
  const sum = createHash('sha256');
  const key = createHash('sha256').update(KEY_PREFIX);
  let bytes = 0;
  const onChunk = (chunk: Buffer): void => {
    bytes += chunk.length;
    sum.update(chunk);
    key.update(chunk);
  };
  for await (const line of readLines(path, { onChunk })) builder.add(line);
  const file = { path, size_bytes: bytes, sha256: sum.digest('hex'), line_count: builder.lines };
  return builder.finish(runIdOf(path), file, key.digest(), new Date(now).toISOString());
}

/** The events of one step: those of `stepId` between two offsets of the index, or all that lie there. */
export async function readStepEvents(
  path: string,
  start: number,
  end: number,
  stepId?: string,
): Promise<PredicateEvent[]> {
  const events: PredicateEvent[] = [];
  for await (const { text } of readLines(path, { start, end })) {
    const event = readEvent(text);
    if (event && (stepId === undefined || (event.step_id ?? NO_STEP) === stepId)) events.push(event);
  }
  return events;
}

/** What is kept of the first event, and of the last. */
interface Ends {
  readonly run_id: string | undefined;
  readonly ts: string | undefined;
  readonly ms: number | undefined;
}

class IndexBuilder {
  lines = 0;
  readonly #steps = new Map<string, StepIndexer>();
  readonly #tally = new RunTally();
  #errors = 0;
  #first: Ends | undefined;
  #last: Ends | undefined;
  #agent: string | undefined;

  add(line: Line): void {
    this.lines = line.number;
    const event = readEvent(line.text);
    if (!event) return;
    const { run_id, ts } = event;
    this.#last = { run_id, ts, ms: timeOf(event) };
    this.#first ??= this.#last;
    this.#agent ??= agentOf(event);
    this.#tally.add(event);
    if (kindOf(event.type) === 'error') this.#errors += 1;
    const id = event.step_id ?? NO_STEP;
    const step = this.#steps.get(id) ?? new StepIndexer(this.#steps.size + 1, id, event, line);
    this.#steps.set(id, step);
    step.add(event, line);
  }

  finish(runId: string, file: TraceIndex['trace_file'], key: Buffer, created: string): LongTraceIndex {
    const all = this.#steps;
    function* steps(): Generator<StepIndex> {
      for (const step of all.values()) yield step.finish(key);
    }
    const head = {
      version: 1,
      run_id: this.#first?.run_id ?? runId,
      created_at: created,
      trace_file: file,
      summary: this.#summary(sumOf(steps())),
    } as const;
    return { head, steps };
  }

  #summary({ count, snapshots, actions, finalUrl, statuses }: Sum): TraceIndex['summary'] {
    const from = this.#first?.ms;
    const to = this.#last?.ms;
    return {
      first_ts: this.#first?.ts ?? '',
      last_ts: this.#last?.ts ?? '',
      event_count: this.#tally.stats().total_events,
      step_count: count,
      error_count: this.#errors,
      final_url: finalUrl,
      status: this.#status(statuses),
      agent_name: this.#agent ?? null,
      duration_ms: from === undefined || to === undefined ? null : Math.max(0, to - from),
      counters: {
        snapshot_count: snapshots,
        action_count: actions,
        error_count: this.#errors,
      },
    };
  }

  #status(statuses: ReadonlySet<StepStatus>): StepStatus {
    const { said } = this.#tally;
    if (said !== undefined && said !== 'unknown') return said;
    if (statuses.size === 1 && statuses.has('success')) return 'success';
    if (statuses.has('success') || statuses.has('partial')) return 'partial';
    return 'failure';
  }
}

/** What a summary says of all steps together. */
interface Sum {
  count: number;
  snapshots: number;
  actions: number;
  finalUrl: string | null;
  /** Of the steps that have a name. */
  readonly statuses: Set<StepStatus>;
}

function sumOf(steps: Iterable<StepIndex>): Sum {
  const sum: Sum = { count: 0, snapshots: 0, actions: 0, finalUrl: null, statuses: new Set() };
  for (const { step_id: id, status, counters, url_after: url } of steps) {
    sum.count += 1;
    sum.snapshots += counters.snapshots;
    sum.actions += counters.actions;
    sum.finalUrl = url ?? sum.finalUrl;
    if (id !== NO_STEP) sum.statuses.add(status);
  }
  return sum;
}

async function checkThere(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new DeskreelError('not_found', `Trace file not found: ${path}`, { cause });
    }
    throw cause;
  }
}

function runIdOf(path: string): string {
  return basename(path).replace(/\.jsonl$/, '');
}
