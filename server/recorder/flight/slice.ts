// A slice of the flight recorder's journal as a trace of its own: own run, numbers, chain and names of pictures.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TakenFrame } from '../../../trace/call-index.ts';
import { framePath, treePath } from '../../../trace/layout.ts';
import { recordedOptions, type TraceOptions } from '../../../protocol/tracing.ts';
import type { DesktopFacts, Envelope, KnownRow, RowData, RowType } from '../../../trace/format.ts';
import { isPredicateType } from '../../../trace/format.ts';
import type { Entry } from '../../../trace/reader.ts';
import { isMissing } from '../../fs-atomic.ts';
import type { RowAbout } from '../journal.ts';
import { Lacking } from '../lacking.ts';
import { hashFile } from '../seal.ts';
import type { Recorded } from '../trace-recording.ts';
import { TraceWriter } from '../trace-writer.ts';

/** A row of the flight recorder's journal, and the folder of its segment. */
export interface FlightEntry {
  readonly entry: Entry;
  readonly dir: string;
}

/** Wall time and the journal's monotonic time, in milliseconds. */
export interface Moment {
  readonly ms: number;
  readonly monoMs: number;
}

export interface SliceParts {
  /** The new trace's folder, empty. */
  readonly dir: string;
  readonly traceId: string;
  readonly options: TraceOptions;
  readonly desktop: DesktopFacts;
  readonly from: Moment;
  readonly to: Moment;
  /** Of the flight recorder's journal. */
  readonly runId: string;
}

const CUT: RowAbout = { actor: { kind: 'system', id: 'recorder' } };
const GONE = 'the flight recorder does not hold it any more';

/**
 * Copies the rows of the span, and of the calls that were made in it. `rows` are those of the whole journal, in order;
 * they are read twice: what the slice begins with is known at the end only.
 */
export async function writeSlice(
  rows: () => AsyncIterable<FlightEntry>,
  parts: SliceParts,
): Promise<Recorded> {
  const found = await survey(rows(), parts);
  const slice = new Slice(parts, found);
  try {
    await slice.begin(found.initial);
    for await (const { entry, dir } of rows()) {
      if (entry.kind === 'row') await slice.add(entry.row, dir);
      else if (entry.kind === 'other') slice.addOther(entry.row);
    }
    return slice.end();
  } finally {
    slice.close();
  }
}

interface Survey {
  /** The last picture before the span, else the first one in it. */
  initial: { data: TakenFrame; dir: string } | undefined;
  firstSeq: number | null;
  lastSeq: number | null;
}

async function survey(rows: AsyncIterable<FlightEntry>, { from, to }: SliceParts): Promise<Survey> {
  const found: Survey = { initial: undefined, firstSeq: null, lastSeq: null };
  for await (const { entry, dir } of rows) {
    if (entry.kind === 'broken' || entry.row.ts_ms > to.ms) continue;
    const inside = entry.row.ts_ms >= from.ms;
    if (inside) {
      found.firstSeq ??= entry.row.seq;
      found.lastSeq = entry.row.seq;
    }
    const data = takenFrame(entry);
    if (data && (!inside || !found.initial)) found.initial = { data, dir };
  }
  return found;
}

function takenFrame(entry: Entry): TakenFrame | undefined {
  if (entry.kind !== 'row' || entry.row.type !== 'frame') return undefined;
  return 'file' in entry.row.data ? entry.row.data : undefined;
}

class Slice {
  readonly #parts: SliceParts;
  readonly #writer: TraceWriter;
  readonly #lacking = new Lacking();
  /** Calls of the slice, with their methods. */
  readonly #methods = new Map<string, string>();
  #now: Moment;

  constructor(parts: SliceParts, { firstSeq, lastSeq }: Survey) {
    const { dir, traceId, options, desktop, from, to, runId } = parts;
    this.#parts = parts;
    this.#now = from;
    const clock = { now: () => this.#now.ms, monotonic: () => this.#now.monoMs };
    this.#writer = new TraceWriter({ dir, clock });
    const span = { from: timeOf(from), to: timeOf(to), first_seq: firstSeq, last_seq: lastSeq };
    const source = { kind: 'flight', run_id: runId, ...span } as const;
    const { name = null } = options;
    const config = recordedOptions(options);
    this.#writer.begin({ trace_id: traceId, name, config, desktop, source }, CUT);
  }

  /** The screen as the span begins. */
  async begin(initial: Survey['initial']): Promise<void> {
    const about = { when: 'initial', capture_id: randomUUID() } as const;
    if (!initial) {
      this.#write('frame', { ...about, evidence: GONE }, CUT);
      return;
    }
    await this.#writeFrame({ ...initial.data, call_id: undefined, ...about }, initial.dir, undefined, CUT);
  }

  async add(row: KnownRow, dir: string): Promise<void> {
    if (!this.#belongs(row)) return;
    this.#at(row);
    if (row.type === 'call') this.#methods.set(row.data.call_id, row.data.method);
    await this.#copy(row, dir);
  }

  addOther(row: Envelope): void {
    const { type, data } = row;
    if (!isPredicateType(type) || !this.#inSpan(row)) return;
    this.#at(row);
    this.#writer.writeForeign(type, data, aboutOf(row));
  }

  end(): Recorded {
    this.#at({ ts_ms: this.#parts.to.ms, mono_ms: this.#parts.to.monoMs });
    for (const { type, data } of this.#lacking.rows('the slice was cut before it was there')) {
      this.#write(type, data, CUT);
    }
    return this.#writer.end({ end: 'cut' }, CUT);
  }

  close(): void {
    this.#writer.close();
  }

  #inSpan({ ts_ms: ms }: Pick<Envelope, 'ts_ms'>): boolean {
    return ms >= this.#parts.from.ms && ms <= this.#parts.to.ms;
  }

  #belongs(row: KnownRow): boolean {
    if (['trace_start', 'trace_end', 'segment', 'erased'].includes(row.type)) return false;
    if (row.type === 'call') return this.#inSpan(row);
    const callId = 'call_id' in row.data ? row.data.call_id : undefined;
    return callId === undefined ? this.#inSpan(row) : this.#methods.has(callId);
  }

  async #copy(row: KnownRow, dir: string): Promise<void> {
    const about = aboutOf(row);
    if (row.type === 'frame' && 'file' in row.data) {
      const method = this.#methods.get(row.data.call_id ?? '');
      await this.#writeFrame(row.data, dir, method, about);
    } else if (row.type === 'tree' && 'sha256' in row.data) {
      const there = await this.#take(treePath(row.data.sha256), dir);
      const { call_id, capture_id, when } = row.data;
      this.#write('tree', there ? row.data : { call_id, capture_id, when, evidence: GONE }, about);
    } else {
      this.#write(row.type, row.data, about);
    }
  }

  async #writeFrame(
    data: TakenFrame,
    dir: string,
    method: string | undefined,
    about: RowAbout,
  ): Promise<void> {
    const { frame, when, call_id, capture_id } = data;
    if (!(await this.#take(framePath(frame), dir))) {
      this.#write('frame', { call_id, capture_id, when, evidence: GONE }, about);
      return;
    }
    const file = this.#writer.names.nameFor(frame, when, method);
    this.#write('frame', { ...data, file }, about);
    this.#writer.names.keep(frame, file);
  }

  /** Links a blob of the segment into the trace; false where it is gone. */
  async #take(name: string, dir: string): Promise<boolean> {
    const { blobs } = this.#writer;
    if (blobs.has(name)) return true;
    try {
      return await blobs.take({ path: join(dir, name), file: await hashFile(dir, name) });
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  #write<T extends RowType>(type: T, data: RowData<T>, about: RowAbout): void {
    const row: KnownRow = this.#writer.write(type, data, about);
    this.#lacking.add(row);
  }

  #at({ ts_ms: ms, mono_ms: monoMs }: Pick<Envelope, 'ts_ms' | 'mono_ms'>): void {
    this.#now = { ms, monoMs: Math.max(monoMs, this.#now.monoMs) };
  }
}

function aboutOf({ actor, step_id: stepId }: Pick<Envelope, 'actor' | 'step_id'>): RowAbout {
  return { actor, stepId };
}

function timeOf({ ms }: Moment): string {
  return new Date(ms).toISOString();
}
