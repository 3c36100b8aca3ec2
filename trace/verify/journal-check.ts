// The journal: every row follows from the one before it, it begins and ends as a trace does, and its counts are right.
import { isDeepStrictEqual } from 'node:util';
import type { Counts, KnownRow, RowOf } from '../format.ts';
import { isRowType } from '../format.ts';
import type { TraceFiles } from '../files/trace-files.ts';
import { JOURNAL } from '../layout.ts';
import { ChainCheck } from '../chain.ts';
import type { Manifest } from '../manifest.ts';
import { PictureNames } from '../pictures.ts';
import { emptyShape, readRows, type Entry, type JournalShape } from '../reader.ts';
import { Tally } from '../tally.ts';
import { messageOf, type Fault, type Gap } from './fault.ts';
import type { TakenFrame, TakenTree } from '../call-index.ts';

export interface Named<T> {
  /** Of the first row that names it. */
  readonly line: number;
  readonly data: T;
}

/** What the journal says, for the checks that follow. */
export interface JournalFacts {
  start: RowOf<'trace_start'> | undefined;
  end: RowOf<'trace_end'> | undefined;
  /** Counted anew, the last row's own event included. */
  counts: Counts | undefined;
  /** By their names in the archive. */
  readonly pictures: Map<string, Named<TakenFrame>>;
  /** By their hashes. */
  readonly trees: Map<string, Named<TakenTree>>;
  readonly gaps: Gap[];
}

export function noFacts(): JournalFacts {
  return {
    start: undefined,
    end: undefined,
    counts: undefined,
    pictures: new Map(),
    trees: new Map(),
    gaps: [],
  };
}

export async function* checkJournal(
  files: TraceFiles,
  manifest: Manifest,
  facts: JournalFacts,
): AsyncGenerator<Fault> {
  if (!manifest.files.some(({ name }) => name === JOURNAL))
    yield { place: JOURNAL, why: 'the manifest does not name it' };
  if (!files.has(JOURNAL)) return;
  const check = new JournalCheck(manifest, facts);
  try {
    for await (const entry of readRows(await files.stream(JOURNAL), check.shape)) {
      for (const why of check.add(entry)) yield at(entry.line, why);
    }
  } catch (error) {
    yield { place: JOURNAL, why: `it cannot be read: ${messageOf(error)}` };
    return;
  }
  yield* check.end();
}

class JournalCheck {
  readonly shape: JournalShape = emptyShape();
  readonly #manifest: Manifest;
  readonly #facts: JournalFacts;
  readonly #chain = new ChainCheck();
  readonly #tally = new Tally();
  readonly #names = new PictureNames();
  readonly #methods = new Map<string, string>();
  #monoMs = -Infinity;

  constructor(manifest: Manifest, facts: JournalFacts) {
    this.#manifest = manifest;
    this.#facts = facts;
  }

  *add(entry: Entry): Generator<string> {
    const broken = this.#chain.add(entry);
    if (broken !== undefined) yield broken;
    if (entry.kind === 'broken') return;
    if (this.#facts.end) yield 'it comes after the row that ends the trace';
    if (entry.row.mono_ms < this.#monoMs) yield 'its time is before that of the row before it';
    this.#monoMs = entry.row.mono_ms;
    yield* this.#runFaults(entry);
    if (entry.kind === 'row') yield* this.#addRow(entry.line, entry.row);
    else if (isRowType(entry.row.type)) yield `its data is not that of a ${entry.row.type}`;
    else this.#tally.addOther(entry.row);
  }

  *end(): Generator<Fault> {
    const { rows, tornBytes } = this.shape;
    const { journal } = this.#manifest;
    if (tornBytes > 0) yield at(rows + 1, `it is cut off: ${tornBytes} bytes without an end of line`);
    if (rows !== journal.rows)
      yield at(Math.min(rows, journal.rows) + 1, `there are ${rows} rows, not ${journal.rows}`);
    else if (this.#chain.lastHash !== journal.last_hash)
      yield at(rows, 'its hash is not the last one of the manifest');
    if (!this.#facts.end) yield at(rows, 'the trace has no trace_end');
    else yield* countFaults(rows, this.#facts.end.data.counts, this.#tally.counts());
    this.#facts.counts = this.#tally.counts();
  }

  *#runFaults(entry: Entry & { kind: 'row' | 'other' }): Generator<string> {
    const { start } = this.#facts;
    if (!start && entry.row.type !== 'trace_start') yield 'the trace does not begin with trace_start';
    if (start && entry.row.run_id !== start.run_id) yield 'it is of another run';
  }

  *#addRow(line: number, row: KnownRow): Generator<string> {
    this.#tally.add(row);
    if (row.type === 'trace_start') yield* this.#begin(row);
    if (row.type === 'trace_end') this.#facts.end = row;
    if (row.type === 'fault') this.#facts.gaps.push(gapOf(line, row));
    if (row.type === 'call') this.#methods.set(row.data.call_id, row.data.method);
    if (row.type === 'frame' && 'file' in row.data) yield* this.#addFrame(line, row.data);
    if (row.type === 'tree' && 'sha256' in row.data && !this.#facts.trees.has(row.data.sha256)) {
      this.#facts.trees.set(row.data.sha256, { line, data: row.data });
    }
  }

  *#begin(row: RowOf<'trace_start'>): Generator<string> {
    if (this.#facts.start) yield 'the trace begins a second time';
    else if (row.data.trace_id !== this.#manifest.trace_id)
      yield `it is of ${row.data.trace_id}, not of ${this.#manifest.trace_id}`;
    this.#facts.start ??= row;
  }

  *#addFrame(line: number, data: TakenFrame): Generator<string> {
    const name = this.#names.nameFor(data.frame, data.when, this.#methods.get(data.call_id ?? ''));
    if (name.slice(0, 6) !== data.file.slice(0, 6))
      yield `its picture is ${data.file}, where ${name} is next`;
    this.#names.keep(data.frame, data.file);
    const known = this.#facts.pictures.get(data.file);
    if (!known) this.#facts.pictures.set(data.file, { line, data });
    else if (known.data.frame !== data.frame) yield `${data.file} is another frame since row ${known.line}`;
  }
}

function gapOf(line: number, { data, ts_ms: told }: RowOf<'fault'>): Gap {
  const { part, reason, since_ms: since, until_ms: until = told, lost, commands = 0 } = data;
  const [from = '', to = ''] = [since, until].map((ms) => new Date(ms).toISOString());
  return { place: `${JOURNAL}:${line}`, part, reason, from, to, lost, commands };
}

function* countFaults(line: number, said: Counts, counted: Counts): Generator<Fault> {
  if (said.masked && !isDeepStrictEqual(said.masked, counted.masked))
    yield at(line, `it does not count the masked rows that there are`);
  for (const name of ['events', 'steps', 'screenshots', 'errors'] as const) {
    if (said[name] !== counted[name])
      yield at(line, `it counts ${said[name]} ${name}, there are ${counted[name]}`);
  }
}

function at(line: number, why: string): Fault {
  return { place: `${JOURNAL}:${line}`, why };
}
