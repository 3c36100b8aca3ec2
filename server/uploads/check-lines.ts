// Whether a file is the JSONL of a run: each line one event of it.
import { parseJson } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { isRowType } from '../../trace/format.ts';
import { isRecord } from '../../protocol/record.ts';
import { type PredicateEvent } from '../../trace/predicate/event.ts';
import { readLines, type Line } from '../../trace/predicate/lines.ts';

/** Throws `bad_request` naming the line. */
export async function checkLines(path: string, runId: string): Promise<void> {
  for await (const line of readLines(path)) uploadedEvent(line, runId);
}

/** A line as an event of this run. Throws `bad_request`. */
export function uploadedEvent({ text, number }: Line, runId: string): PredicateEvent {
  const refuse = (why: string): DeskreelError =>
    new DeskreelError(
      'bad_request',
      `line ${number} of the trace ${why}: a trace is JSONL, one event a line`,
    );
  const value = parsed(text);
  if (!isRecord(value)) throw refuse('is no JSON object');
  if (typeof value['type'] !== 'string' || !isRecord(value['data'])) throw refuse('has no type and data');
  if (isRowType(value['type'])) throw refuse(`has the type ${value['type']}, which only the recorder writes`);
  if (value['run_id'] !== runId) throw refuse('belongs to another run');
  return value as unknown as PredicateEvent;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof DeskreelError) return undefined;
    throw error;
  }
}
