// `predicate`: the trace in the form of Predicate's tracing: JSONL with pictures inside, the same without them, and its
// index. Rows that a client recorded stand as they are; a command outside of a client's steps is a step of its own.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildLongIndex } from '../predicate/build-index.ts';
import { readEvent, type PredicateEvent } from '../predicate/event.ts';
import { readLines } from '../predicate/lines.ts';
import { UPLOADED_RUN } from '../layout.ts';
import type { TraceSource } from '../source/source.ts';
import { readItems } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { indentedObject, jsonLines } from './json.ts';
import { PredicateWriter, type OwnRows } from './predicate/writer.ts';
import { readTask } from './task.ts';

export const predicate: Exporter = {
  format: 'predicate',
  about: "Predicate's JSONL, the same without pictures, and its index",
  extension: 'zip',
  async *files(trace) {
    const { run_id: id, end_time: ended } = trace.overview;
    // The index tells bytes of the file, so the file is written first.
    const folder = await mkdtemp(join(tmpdir(), 'deskreel-predicate-'));
    const name = `${id}.jsonl`;
    const path = join(folder, name);
    try {
      await pipeline(Readable.from(jsonLines(eventsOf(trace))), createWriteStream(path));
      yield { name, content: createReadStream(path) };
      yield { name: `${id}.cleaned.jsonl`, content: jsonLines(cleaned(path)) };
      const { head, steps } = await buildLongIndex(path, Date.parse(ended));
      const named = { ...head, trace_file: { ...head.trace_file, path: name } };
      yield { name: `${id}.index.json`, content: indentedObject(named, 'steps', steps()) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function* eventsOf(trace: TraceSource): AsyncGenerator<object> {
  if (trace.overview.desktop.id === UPLOADED_RUN) {
    yield* uploadedEvents(trace);
    return;
  }
  const writer = new PredicateWriter(trace, await readTask(trace), await ownRows(trace));
  for await (const item of readItems(trace.entries())) yield* writer.events(item);
}

/** Every event as it was uploaded, of types that nobody here knows too; nothing is added. */
async function* uploadedEvents(trace: TraceSource): AsyncGenerator<PredicateEvent> {
  let seq = 0;
  for await (const entry of trace.entries()) {
    if (entry.kind !== 'other') continue;
    seq += 1;
    const { type, ts, ts_ms, run_id, step_id, data } = entry.row;
    yield { v: 1, type, ts, ts_ms, run_id, seq, data, ...(step_id === undefined ? {} : { step_id }) };
  }
}

async function ownRows(trace: TraceSource): Promise<OwnRows> {
  const own = { runStart: false, runEnd: false };
  for await (const item of readItems(trace.entries())) {
    if (item.kind !== 'predicate') continue;
    own.runStart ||= item.row.type === 'run_start';
    own.runEnd ||= item.row.type === 'run_end';
  }
  return own;
}

const PICTURE_FIELDS = new Set(['screenshot_base64', 'screenshot_format']);

/** As it is uploaded: pictures go another way. */
async function* cleaned(path: string): AsyncGenerator<object> {
  for await (const { text } of readLines(path)) {
    const event = readEvent(text);
    if (!event) continue;
    const kept = Object.entries(event.data).filter(([key]) => !PICTURE_FIELDS.has(key));
    yield { ...event, data: Object.fromEntries(kept) };
  }
}
