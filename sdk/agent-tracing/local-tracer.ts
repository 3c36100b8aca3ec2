// Tracing into a file on this machine.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TraceLogger } from './logger.ts';
import { checkedRunId } from './run-id.ts';
import { JsonlTraceSink } from './sinks/jsonl-sink.ts';
import { Tracer } from './tracer.ts';

/** Where the trace of a run lies, from the folder of the process. */
export function localPath(runId: string): string {
  return join('traces', `${checkedRunId(runId)}.jsonl`);
}

/** What a run's beginning is told with. */
export function localMessage(runId: string): string {
  return `💾 [Predicate] Local tracing: ${localPath(runId)}`;
}

/**
 * A tracer that writes `./traces/<runId>.jsonl` and emits nothing by itself. Without a run id: a new UUID.
 * Throws `bad_request` for a run id that is not one safe file name.
 */
export function createLocalTracer(runId: string = randomUUID(), logger?: TraceLogger): Tracer {
  return new Tracer({ runId, sink: new JsonlTraceSink(localPath(runId), { logger }), logger });
}
