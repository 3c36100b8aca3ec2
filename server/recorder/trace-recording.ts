// One trace while it runs, from its first row to its last.
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { recordedOptions, type Durability, type TraceOptions } from '../../protocol/tracing.ts';
import type { DesktopFacts, RowData, RowOf } from '../../trace/format.ts';
import { JOURNAL } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { PictureNames } from '../../trace/pictures.ts';
import { Tally } from '../../trace/tally.ts';
import type { BlobPool } from './blob-pool.ts';
import { BlobStore } from './blob-store.ts';
import type { CommandCall } from '../commands/observer.ts';
import { syncPathNow } from '../fs-atomic.ts';
import type { KeyVerdict } from './desktop-privacy.ts';
import { Journal, SYSTEM, type JournalEnd } from './journal.ts';
import { Losses } from './losses.ts';
import { Recording, type RecordingParts } from './recording.ts';
import { isFull, Reserve, RESERVE } from './reserve.ts';

export interface TraceParts extends Omit<RecordingParts, 'options'> {
  readonly dir: string;
  readonly traceId: string;
  readonly options: TraceOptions;
  readonly desktop: DesktopFacts;
  readonly pool: BlobPool;
  readonly durability: Durability;
  /** The disk is full: gives up something that is worth less than a trace; false where nothing is left to give. */
  readonly makeRoom: () => boolean;
  /** Rows could not be written. */
  readonly onLoss: () => void;
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
  const { dir, traceId, options, desktop, clock, pool, makeRoom } = parts;
  const reserve = new Reserve(join(dir, RESERVE));
  const journal = new Journal({ path: join(dir, JOURNAL), runId: randomUUID(), clock, reserve, makeRoom });
  try {
    const config = recordedOptions(options);
    const data = { trace_id: traceId, name: options.name ?? null, config, desktop };
    const start = journal.append('trace_start', data, 'open', SYSTEM);
    const tally = new Tally();
    tally.add(start);
    const flush = parts.durability === 'power';
    const files = {
      journal,
      blobs: new BlobStore(dir, pool, { flush, makeRoom }),
      names: new PictureNames(),
      tally,
      reserve,
    };
    // A file whose name is lost with the power is lost too.
    if (flush) for (const folder of [dir, dirname(dir)]) syncPathNow(folder);
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
  readonly #losses: Losses;

  constructor(parts: TraceParts, start: RowOf<'trace_start'>, files: TraceFiles) {
    const losses = new Losses({ clock: parts.clock, log: parts.log, onFault: parts.onLoss });
    super({ ...parts, options: () => parts.options }, files, losses);
    this.#losses = losses;
    this.start = start;
    this.#files = files;
    this.#durability = parts.durability;
  }

  /** What could not be written, and could not be told of either. */
  get untold(): readonly RowData<'fault'>[] {
    return this.#losses.untold;
  }

  /**
   * Takes a new command in. Throws `storage_full`, and then it must not be carried out: whoever sent it can make room and
   * send it again. Any other failure of the disk hinders no command; the trace says that it is not in it.
   */
  admit(call: CommandCall, verdict: KeyVerdict): void {
    try {
      this.tellLosses();
      this.onCall(call, verdict);
    } catch (error) {
      if (isFull(error)) throw error;
      this.#losses.lose(error, { commands: 1 });
    }
  }

  /** Writes the last row. What is still under way is told to be missing. To be closed afterwards, however it ended. */
  async end(): Promise<Recorded> {
    await this.finish('the trace was stopped before it arrived');
    this.tellLosses();
    const { tally, journal, blobs } = this.#files;
    const counts = tally.counts();
    // The last row's own event is counted in what it says.
    const data = { end: 'stopped', counts: { ...counts, events: counts.events + 1 } } as const;
    const end = journal.append('trace_end', data, 'must', SYSTEM);
    await journal.sync();
    return { start: this.start, end, journal: journal.end, blobs: blobs.files() };
  }

  /** What must have ended before a command is answered; undefined where nothing must. Never rejects. */
  durable(): Promise<void> | undefined {
    if (this.#durability !== 'power') return undefined;
    return this.#files.journal.sync().catch((error: unknown) => this.#losses.lose(error, { part: 'flush' }));
  }

  /** Gives the file and the reserve back; the journal can be finished by recovery. */
  close(): void {
    this.cut();
    this.#files.journal.close();
    this.#files.reserve.release();
    this.#files.blobs.close();
  }
}
