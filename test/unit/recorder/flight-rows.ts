// The rows of a bench's flight recorder, over all of its segments.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lineHash } from '../../../trace/chain.ts';
import { ROW_DATA } from '../../../trace/format.ts';
import { readText, type Entry } from '../../../trace/reader.ts';
import { DESKTOP } from './setup.ts';

export const root = (data: string): string => join(data, 'flight', DESKTOP.id);

export async function flightRows(data: string): Promise<Exclude<Entry, { kind: 'broken' }>[]> {
  const rows = [];
  for (const segment of (await readdir(root(data))).sort()) {
    rows.push(...readText(await readFile(join(root(data), segment, 'events.jsonl'), 'utf8')));
  }
  return rows.map((entry) => {
    if (entry.kind === 'broken') throw new Error(entry.reason);
    return entry;
  });
}

/** One chain over all segments, past what was erased. */
export async function assertChained(data: string, prev?: string): Promise<void> {
  const rows = await flightRows(data);
  let expected = prev ?? rows[0]?.row.prev;
  let seq = rows[0]?.row.seq;
  for (const { row, text } of rows) {
    assert.equal(row.prev, expected);
    assert.equal(row.seq, seq);
    const erased = row.type === 'erased' ? ROW_DATA.erased.parse(row.data) : undefined;
    expected = erased?.last_hash ?? lineHash(text);
    seq = (erased?.last_seq ?? row.seq) + 1;
  }
}
