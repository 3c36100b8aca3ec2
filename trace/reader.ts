// Lines of a journal to rows. Tolerant: a torn tail is told, unknown types are kept, a broken line spoils only itself.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { parseJson } from '../protocol/codec.ts';
import { Envelope, isRowType, ROW_DATA, type KnownRow } from './format.ts';

const NEWLINE = 0x0a;
/** Read at once. A row of several chunks is put together again for each of them, so they are large. Bytes. */
const CHUNK = 1024 * 1024;

/** One line of a journal. `line` counts from 1. */
export type Entry = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'row'; readonly row: KnownRow }
  /** A type, or a shape of a known type, that this version does not know. */
  | { readonly kind: 'other'; readonly row: Envelope }
  | { readonly kind: 'broken'; readonly reason: string }
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
    return { line, text, ...readRow(Envelope.parse(parseJson(text))) };
  } catch (error) {
    return { line, text, kind: 'broken', reason: error instanceof Error ? error.message : String(error) };
  }
}

function readRow(envelope: Envelope): { kind: 'row'; row: KnownRow } | { kind: 'other'; row: Envelope } {
  const { type } = envelope;
  if (!isRowType(type)) return { kind: 'other', row: envelope };
  const data = ROW_DATA[type].safeParse(envelope.data);
  if (!data.success) return { kind: 'other', row: envelope };
  // The schema belongs to this very type; TypeScript cannot follow that from a name to a union's member.
  return { kind: 'row', row: { ...envelope, type, data: data.data } as KnownRow };
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
  let rest = Buffer.alloc(0);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE)) {
      shape.rows += 1;
      shape.bytes += end + 1;
      yield readLine(data.toString('utf8', 0, end), shape.rows);
      data = data.subarray(end + 1);
    }
    rest = Buffer.from(data);
  }
  shape.tornBytes = rest.length;
}

export function emptyShape(): JournalShape {
  return { bytes: 0, tornBytes: 0, rows: 0 };
}
