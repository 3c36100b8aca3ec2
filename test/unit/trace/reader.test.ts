// Journals that are whole, torn, newer than the reader, and tampered with.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkChain } from '../../../trace/chain.ts';
import { emptyShape, readJournal, readText } from '../../../trace/reader.ts';
import { COUNTS, journalOf, START } from './setup.ts';

const ROWS = [
  { type: 'trace_start', data: START },
  { type: 'metadata', data: { key: 'k', value: 'v' } },
  { type: 'trace_end', data: { end: 'stopped', counts: COUNTS } },
];

async function readFileOf(
  content: string | Buffer,
): Promise<{ kinds: string[]; shape: ReturnType<typeof emptyShape> }> {
  const dir = await mkdtemp(join(tmpdir(), 'deskreel-reader-'));
  try {
    await writeFile(join(dir, 'events.jsonl'), content);
    const shape = emptyShape();
    const entries = await Array.fromAsync(readJournal(join(dir, 'events.jsonl'), shape));
    return { kinds: entries.map((entry) => entry.kind), shape };
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe('the reader', () => {
  it('reads every row that is whole, and counts the bytes of one that is torn, at whatever byte', async () => {
    const text = Buffer.from(journalOf(ROWS));
    const ends = ROWS.map((_, index) => Buffer.from(journalOf(ROWS.slice(0, index + 1))).length);
    for (let length = 0; length <= text.length; length += 7) {
      const whole = ends.filter((end) => end <= length);
      const { kinds, shape } = await readFileOf(text.subarray(0, length));
      assert.equal(kinds.length, whole.length);
      assert.equal(shape.rows, whole.length);
      assert.equal(shape.bytes, whole.at(-1) ?? 0);
      assert.equal(shape.tornBytes, length - shape.bytes);
    }
  });

  it('reads rows that are larger than what is read at once', async () => {
    const value = 'é'.repeat(1_500_000);
    const text = journalOf([
      ROWS[0] ?? { type: '', data: {} },
      { type: 'metadata', data: { key: 'k', value } },
    ]);
    const { kinds, shape } = await readFileOf(text);
    assert.deepEqual(kinds, ['row', 'row']);
    assert.equal(shape.tornBytes, 0);
    assert.equal(shape.bytes, Buffer.byteLength(text));
  });

  it('keeps rows of types that it does not know, and of shapes', () => {
    const text = journalOf([
      ...ROWS.slice(0, 1),
      { type: 'hologram', data: { depth: 3 } },
      { type: 'reply', data: { call_id: 1 } },
    ]);
    const entries = readText(text);
    assert.deepEqual(
      entries.map((entry) => [entry.kind, entry.kind === 'broken' ? '' : entry.row.type]),
      [
        ['row', 'trace_start'],
        ['other', 'hologram'],
        ['other', 'reply'],
      ],
    );
    assert.deepEqual(checkChain(entries), []);
  });

  it('tells a line that is no row, and goes on', () => {
    const lines = journalOf(ROWS).split('\n');
    lines[1] = 'garbage';
    const entries = readText(lines.join('\n'));
    assert.deepEqual(
      entries.map((entry) => entry.kind),
      ['row', 'broken', 'row'],
    );
  });

  it('does not take a row of a later version for one that it knows', () => {
    const [line = ''] = journalOf(ROWS).split('\n');
    const [entry] = readText(`${line.replace('"v":1', '"v":2')}\n`);
    assert.equal(entry?.kind, 'broken');
  });
});

describe('the chain', () => {
  const lines = journalOf(ROWS).trimEnd().split('\n');
  const faultsOf = (changed: string[]): number[] =>
    checkChain(readText(`${changed.join('\n')}\n`)).map((fault) => fault.line);

  it('holds over rows that nobody touched', () => {
    assert.deepEqual(faultsOf(lines), []);
  });

  it('names the row after a changed byte', () => {
    const changed = lines.map((line) => line.replace('"value":"v"', '"value":"w"'));
    assert.notDeepEqual(changed, lines);
    assert.deepEqual(faultsOf(changed), [3]);
  });

  it('names the place of a row that is gone, and of two that were swapped', () => {
    assert.deepEqual(faultsOf([lines[0] ?? '', lines[2] ?? '']), [2]);
    assert.deepEqual(faultsOf([lines[0] ?? '', lines[2] ?? '', lines[1] ?? '']), [2, 3]);
  });
});
