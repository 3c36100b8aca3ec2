// Takes rows out of a segment of the flight recorder's journal, with the pictures and trees that only they named.
// A row stands in their place that says how many they were and what the next row follows from.
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lineHash } from '../../../trace/chain.ts';
import { VERSION, type Envelope, type RowData } from '../../../trace/format.ts';
import { framePath, FRAMES_DIR, JOURNAL, treePath, TREES_DIR } from '../../../trace/layout.ts';
import { readJournal, type Entry } from '../../../trace/reader.ts';
import { PRIVATE_FILE } from '../../fs-atomic.ts';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `calls` holds the calls that were made in the span, of earlier segments too; those of this one are added. */
export async function eraseSpan(dir: string, span: Span, calls: Set<string>): Promise<void> {
  const path = join(dir, JOURNAL);
  const temporary = `${path}.tmp`;
  const eraser = new Eraser(span, calls);
  const file = await open(temporary, 'w', PRIVATE_FILE);
  try {
    for await (const entry of readJournal(path)) {
      for (const line of eraser.add(entry)) await file.appendFile(`${line}\n`);
    }
    for (const line of eraser.end()) await file.appendFile(`${line}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await removeUnnamed(dir, eraser.named);
}

class Eraser {
  /** Files that a row still names. */
  readonly named = new Set<string>();
  readonly #span: Span;
  readonly #calls: Set<string>;
  #gone: { first: Envelope; last: Envelope; lastHash: string; rows: number } | undefined;

  constructor(span: Span, calls: Set<string>) {
    this.#span = span;
    this.#calls = calls;
  }

  *add(entry: Entry): Generator<string> {
    if (entry.kind === 'broken') return;
    if (this.#falls(entry)) {
      const { row } = entry;
      const lastHash = lineHash(entry.text);
      this.#gone = {
        first: this.#gone?.first ?? row,
        last: row,
        lastHash,
        rows: (this.#gone?.rows ?? 0) + 1,
      };
      return;
    }
    yield* this.end();
    this.#note(entry);
    yield entry.text;
  }

  /** The row for those that are gone. */
  *end(): Generator<string> {
    if (!this.#gone) return;
    const { first, last, lastHash, rows } = this.#gone;
    this.#gone = undefined;
    const { ts, ts_ms, mono_ms, run_id, seq, prev } = first;
    const data: RowData<'erased'> = {
      from_ms: ts_ms,
      to_ms: last.ts_ms,
      rows,
      last_seq: last.seq,
      last_hash: lastHash,
    };
    yield JSON.stringify({ v: VERSION, type: 'erased', ts, ts_ms, mono_ms, run_id, seq, prev, data });
  }

  #falls(entry: Exclude<Entry, { kind: 'broken' }>): boolean {
    const { row } = entry;
    if (row.type === 'segment' || row.type === 'erased') return false;
    const callId = row.data['call_id' as keyof typeof row.data];
    const inside = row.ts_ms >= this.#span.fromMs && row.ts_ms <= this.#span.toMs;
    if (inside && row.type === 'call' && typeof callId === 'string') this.#calls.add(callId);
    return inside || (typeof callId === 'string' && this.#calls.has(callId));
  }

  #note(entry: Entry): void {
    if (entry.kind !== 'row') return;
    const { row } = entry;
    if (row.type === 'frame' && 'file' in row.data) this.named.add(framePath(row.data.frame));
    if (row.type === 'tree' && 'sha256' in row.data) this.named.add(treePath(row.data.sha256));
  }
}

async function removeUnnamed(dir: string, named: ReadonlySet<string>): Promise<void> {
  for (const folder of [FRAMES_DIR, TREES_DIR]) {
    for (const name of await readdir(join(dir, folder))) {
      if (!named.has(`${folder}/${name}`)) await rm(join(dir, folder, name), { force: true });
    }
  }
}
