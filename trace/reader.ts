// Lines of a journal to rows. Tolerant: a torn tail is told, unknown types are kept, a broken line spoils only itself.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { parseJson } from '../protocol/codec.ts';
import { readRow, type ReadRow } from './row.ts';

const NEWLINE = 0x0a;
/** Read at once. A row of several chunks is put together again for each of them, so they are large. Bytes. */
const CHUNK = 1024 * 1024;

/** One line of a journal. `line` counts from 1. `other`: a type, or a shape of a known type, that this version does not know. */
export type Entry = { readonly line: number; readonly text: string } & (
  Readonly<ReadRow> | { readonly kind: 'broken'; readonly reason: string }
);

/** What a journal's file holds, once it has been read to its end. */
export interface JournalShape {
  /** Bytes of whole lines. */
  bytes: number;
  /** Bytes after the last newline: a row that was cut off while it was written. */
  tornBytes: number;
  rows: number;
}

/** Reads one line without its newline. */
export function readLine(text: string, line: number): Entry {
  try {
    return { line, text, ...readRow(parseJson(text)) };
  } catch (error) {
    return { line, text, kind: 'broken', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The whole lines of a text, read. */
export function readText(text: string): Entry[] {
  const end = text.lastIndexOf('\n');
  if (end < 0) return [];
  return text
    .slice(0, end)
    .split('\n')
    .map((line, index) => readLine(line, index + 1));
}

/** The journal's entries, in chunks: never the whole file in memory. `shape` is filled while it is read. */
export function readJournal(path: string, shape: JournalShape = emptyShape()): AsyncGenerator<Entry> {
  return readRows(createReadStream(path, { highWaterMark: CHUNK }), shape);
}

/** The same of bytes from anywhere. */
export async function* readRows(source: Readable, shape: JournalShape = emptyShape()): AsyncGenerator<Entry> {
  for await (const batch of readBatches(source, shape)) yield* batch;
}

/** The same without a wait for each entry, which costs as much as the entry: all that came together, read as it is asked for. */
export async function* readBatches(
  source: Readable,
  shape: JournalShape = emptyShape(),
): AsyncGenerator<Iterable<Entry>> {
  let rest = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = data.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield linesOf(data.subarray(0, end), shape);
    rest = Buffer.from(data.subarray(end));
  }
  shape.tornBytes = rest.length;
}

function* linesOf(lines: Buffer, shape: JournalShape): Generator<Entry> {
  const text = lines.toString('utf8');
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    shape.rows += 1;
    const line = text.slice(from, end);
    from = end + 1;
    yield readLine(line, shape.rows);
  }
  shape.bytes += lines.length;
}

export function emptyShape(): JournalShape {
  return { bytes: 0, tornBytes: 0, rows: 0 };
}
