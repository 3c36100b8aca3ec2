// The lines of a file with the bytes where they begin and end, in chunks: never the whole file in memory.
import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;
/** Read at once. A line of several chunks is put together again for each of them, so they are large. Bytes. */
const CHUNK = 1024 * 1024;

export interface Line {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** Byte offset of its first byte. */
  readonly start: number;
  /** Byte offset behind its newline. */
  readonly end: number;
  /** It has its newline: it was written whole. */
  readonly whole: boolean;
}

/** `end` is exclusive. `onChunk` sees every byte that is read. */
export interface LineRange {
  readonly start?: number;
  readonly end?: number;
  readonly onChunk?: (chunk: Buffer) => void;
}

export async function* readLines(path: string, range: LineRange = {}): AsyncGenerator<Line> {
  const { start = 0, end = Infinity, onChunk } = range;
  if (end <= start) return;
  let at = start;
  let number = 0;
  let rest = Buffer.alloc(0);
  const next = (bytes: Buffer, whole: boolean): Line => {
    const from = at;
    at += bytes.length + Number(whole);
    number += 1;
    return { number, text: bytes.toString('utf8'), start: from, end: at, whole };
  };
  const stream = createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    onChunk?.(chunk);
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let stop = data.indexOf(NEWLINE); stop >= 0; stop = data.indexOf(NEWLINE)) {
      yield next(data.subarray(0, stop), true);
      data = data.subarray(stop + 1);
    }
    rest = Buffer.from(data);
  }
  if (rest.length > 0) yield next(rest, false);
}
