// One trace while it runs, from its first row to its last.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { recordedOptions, type Durability, type TraceOptions } from '../../protocol/tracing.ts';
import type { DesktopFacts, RowOf } from '../../trace/format.ts';
import { JOURNAL } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { PictureNames } from '../../trace/pictures.ts';
import { Tally } from '../../trace/tally.ts';
import type { BlobPool } from './blob-pool.ts';
import { BlobStore } from './blob-store.ts';
import { Journal, type JournalEnd } from './journal.ts';
import { Recording, SYSTEM, type RecordingParts } from './recording.ts';
import { Reserve, RESERVE } from './reserve.ts';

export interface TraceParts extends Omit<RecordingParts, 'options'> {
  readonly dir: string;
  readonly traceId: string;
  readonly options: TraceOptions;
  readonly desktop: DesktopFacts;
  readonly pool: BlobPool;
  readonly durability: Durability;
}

/** What is needed to seal it. */
export interface Recorded {
  readonly start: RowOf<'trace_start'>;
  readonly end: RowOf<'trace_end'>;
  readonly journal: JournalEnd;
  readonly blobs: readonly ManifestFile[];
}

interface TraceFiles {
  readonly journal: Journal;
  readonly blobs: BlobStore;
  readonly names: PictureNames;
  readonly tally: Tally;
  readonly reserve: Reserve;
}

/** Begins a trace: its first row is written when this returns. Throws `storage_full` where there is no room. */
export function beginTrace(parts: TraceParts): TraceRecording {
  const { dir, traceId, options, desktop, clock, pool } = parts;
  const reserve = new Reserve(join(dir, RESERVE));
  const journal = new Journal({ path: join(dir, JOURNAL), runId: randomUUID(), clock, reserve });
  try {
    const config = recordedOptions(options);
    const data = { trace_id: traceId, name: options.name ?? null, config, desktop };
    const start = journal.append('trace_start', data, 'open', SYSTEM);
    const tally = new Tally();
    tally.add(start);
    const files = {
      journal,
      blobs: new BlobStore(dir, pool, { flush: parts.durability === 'power' }),
      names: new PictureNames(),
      tally,
      reserve,
    };
    return new TraceRecording(parts, start, files);
  } catch (error) {
    journal.close();
    reserve.release();
    throw error;
  }
}

export class TraceRecording extends Recording {
  readonly start: RowOf<'trace_start'>;
  readonly #files: TraceFiles;
  readonly #durability: Durability;

  constructor(parts: TraceParts, start: RowOf<'trace_start'>, files: TraceFiles) {
    super({ ...parts, options: () => parts.options }, files);
    this.start = start;
    this.#files = files;
    this.#durability = parts.durability;
  }

  /** Writes the last row. What is still under way is told to be missing. To be closed afterwards, however it ended. */
  async end(): Promise<Recorded> {
    await this.finish('the trace was stopped before it arrived');
    const { tally, journal, blobs } = this.#files;
    const counts = tally.counts();
    // The last row's own event is counted in what it says.
    const data = { end: 'stopped', counts: { ...counts, events: counts.events + 1 } } as const;
    const end = journal.append('trace_end', data, 'must', SYSTEM);
    await journal.sync();
    return { start: this.start, end, journal: journal.end, blobs: blobs.files() };
  }

  /** What must have ended before a command is answered; undefined where nothing must. Rejects where the disk fails. */
  durable(): Promise<void> | undefined {
    return this.#durability === 'power' ? this.#files.journal.sync() : undefined;
  }

  /** Gives the file and the reserve back; the journal can be finished by recovery. */
  close(): void {
    this.cut();
    this.#files.journal.close();
    this.#files.reserve.release();
    this.#files.blobs.close();
  }
}
