// A trace that is written in one go out of something else: an archive, an upload, a span of the flight recorder, another trace.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RowData, RowOf, RowType } from '../../trace/format.ts';
import { JOURNAL } from '../../trace/layout.ts';
import { PictureNames } from '../../trace/pictures.ts';
import { Tally } from '../../trace/tally.ts';
import type { Clock } from '../clock.ts';
import { BlobStore } from './blob-store.ts';
import { Journal, type RowAbout } from './journal.ts';
import { Reserve, RESERVE } from './reserve.ts';
import type { Recorded } from './trace-recording.ts';

export interface TraceWriterParts {
  /** The trace's folder, empty. */
  readonly dir: string;
  /** The times of the rows: they are those of what it is made of. */
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** A new one by default. */
  readonly runId?: string;
}

export class TraceWriter {
  readonly blobs: BlobStore;
  readonly names = new PictureNames();
  readonly #reserve: Reserve;
  readonly #journal: Journal;
  readonly #tally = new Tally();
  #start: RowOf<'trace_start'> | undefined;

  constructor({ dir, clock, runId = randomUUID() }: TraceWriterParts) {
    this.#reserve = new Reserve(join(dir, RESERVE));
    this.#journal = new Journal({ path: join(dir, JOURNAL), runId, clock, reserve: this.#reserve });
    this.blobs = new BlobStore(dir);
  }

  begin(data: RowData<'trace_start'>, about: RowAbout): void {
    this.#start = this.write('trace_start', data, about);
  }

  write<T extends RowType>(type: T, data: RowData<T>, about: RowAbout): RowOf<T> {
    const row = this.#journal.append(type, data, 'open', about);
    this.#tally.add(row);
    return row;
  }

  /** A row of one of Predicate's types. */
  writeForeign(type: string, data: Record<string, unknown>, about: RowAbout): void {
    this.#tally.addOther(this.#journal.appendForeign(type, data, about));
  }

  /** The last row, with the counts of them all, and what is needed to seal the trace. Throws where it was not begun. */
  end(data: Omit<RowData<'trace_end'>, 'counts'>, about: RowAbout): Recorded {
    if (!this.#start) throw new Error('a trace ends that has no beginning');
    const counts = this.#tally.counts();
    const whole = { ...data, counts: { ...counts, events: counts.events + 1 } };
    const end = this.#journal.append('trace_end', whole, 'must', about);
    return { start: this.#start, end, journal: this.#journal.end, blobs: this.blobs.files() };
  }

  close(): void {
    this.#journal.close();
    this.#reserve.release();
    this.blobs.close();
  }
}
