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

/** Throws `not_found` where there is no such file. A line that is no event is counted, and passed over. */
export async function buildTraceIndex(path: string, now = Date.now()): Promise<TraceIndex> {
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

class IndexBuilder {
  lines = 0;
  readonly #steps = new Map<string, StepIndexer>();
  readonly #tally = new RunTally();
  #errors = 0;
  #first: PredicateEvent | undefined;
  #last: PredicateEvent | undefined;
  #agent: string | undefined;

  add(line: Line): void {
    this.lines = line.number;
    const event = readEvent(line.text);
    if (!event) return;
    this.#first ??= event;
    this.#last = event;
    this.#agent ??= agentOf(event);
    this.#tally.add(event);
    if (kindOf(event.type) === 'error') this.#errors += 1;
    const id = event.step_id ?? NO_STEP;
    const step = this.#steps.get(id) ?? new StepIndexer(this.#steps.size + 1, id, event, line);
    this.#steps.set(id, step);
    step.add(event, line);
  }

  finish(runId: string, file: TraceIndex['trace_file'], key: Buffer, created: string): TraceIndex {
    const steps = [...this.#steps.values()].map((step) => step.finish(key));
    return {
      version: 1,
      run_id: this.#first?.run_id ?? runId,
      created_at: created,
      trace_file: file,
      summary: this.#summary(steps),
      steps,
    };
  }

  #summary(steps: readonly StepIndex[]): TraceIndex['summary'] {
    const count = (name: 'snapshots' | 'actions'): number =>
      steps.reduce((sum, { counters }) => sum + counters[name], 0);
    const from = this.#first && timeOf(this.#first);
    const to = this.#last && timeOf(this.#last);
    return {
      first_ts: this.#first?.ts ?? '',
      last_ts: this.#last?.ts ?? '',
      event_count: this.#tally.stats().total_events,
      step_count: steps.length,
      error_count: this.#errors,
      final_url: steps.reduce<string | null>((url, step) => step.url_after ?? url, null),
      status: this.#status(steps),
      agent_name: this.#agent ?? null,
      duration_ms: from === undefined || to === undefined ? null : Math.max(0, to - from),
      counters: {
        snapshot_count: count('snapshots'),
        action_count: count('actions'),
        error_count: this.#errors,
      },
    };
  }

  #status(steps: readonly StepIndex[]): StepStatus {
    const { said } = this.#tally;
    if (said !== undefined && said !== 'unknown') return said;
    const statuses = new Set(steps.filter(({ step_id }) => step_id !== NO_STEP).map(({ status }) => status));
    if (statuses.size === 1 && statuses.has('success')) return 'success';
    if (statuses.has('success') || statuses.has('partial')) return 'partial';
    return 'failure';
  }
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
