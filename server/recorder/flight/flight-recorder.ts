// The flight recorder of one desktop: everything, from creation to removal, for as long as there is room and age allows.
// It is asked for by nobody, so it is in nobody's way: what it cannot write is counted and told, and never refused.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeskreelError } from '../../../protocol/errors.ts';
import type { CaptureWish } from '../../../protocol/link.ts';
import { TraceOptions, type TraceInfo } from '../../../protocol/tracing.ts';
import type { DesktopFacts } from '../../../trace/format.ts';
import { JOURNAL } from '../../../trace/layout.ts';
import { readJournal } from '../../../trace/reader.ts';
import type { Clock } from '../../clock.ts';
import type { CapturePort, CommandCall } from '../../commands/observer.ts';
import { isMissing } from '../../fs-atomic.ts';
import type { Log } from '../../log.ts';
import type { BlobPool } from '../blob-pool.ts';
import type { RecorderMetrics } from '../metrics.ts';
import { Losses, type Lost } from '../losses.ts';
import { Recording, type RecordingParts } from '../recording.ts';
import type { TraceStore } from '../traces-store.ts';
import { within } from '../within.ts';
import { FlightJournal } from './flight-journal.ts';
import { FLIGHT_LIMITS, type FlightLimits } from './limits.ts';
import { writeSlice, type FlightEntry } from './slice.ts';

export interface FlightParts {
  readonly root: string;
  readonly desktop: DesktopFacts;
  readonly port: CapturePort;
  readonly privacy: RecordingParts['privacy'];
  readonly clock: Clock;
  readonly log: Log;
  readonly captureWaitMs: number;
  readonly pool: BlobPool;
  readonly metrics: RecorderMetrics;
  readonly limits?: FlightLimits | undefined;
  /** Of the trace that runs, if one does: what it does not take in, this does not either. */
  readonly traced: () => TraceOptions | undefined;
}

export interface CutRequest {
  /** Milliseconds before now. */
  readonly lastMs: number;
  readonly name?: string | null | undefined;
}

/** What is recorded where nobody said anything. */
const OPTIONS = TraceOptions.parse({});
/** A cut waits so long for pictures that are under way. Milliseconds. */
const CUT_WAIT_MS = 5_000;
const SWEEP_MS = 60_000;

class FlightRecording extends Recording {
  readonly journal: FlightJournal;

  constructor(parts: RecordingParts, journal: FlightJournal, losses: Losses) {
    const tally = { add: () => undefined, addOther: () => undefined };
    super(parts, { journal, blobs: journal.blobs, names: journal.names, tally }, losses);
    this.journal = journal;
  }

  abandon(): void {
    this.cut();
    this.journal.close();
  }

  async stop(): Promise<void> {
    await this.finish('the desktop or the server went away before it arrived');
    this.journal.close();
  }
}

export class FlightRecorder {
  readonly #parts: FlightParts;
  readonly #closed = new AbortController();
  #recording: FlightRecording | undefined;
  readonly #losses: Losses;

  constructor(parts: FlightParts) {
    this.#parts = parts;
    this.#losses = new Losses({ clock: parts.clock, log: parts.log, onFault: this.#onFault });
    this.write(() => undefined);
    void this.#sweep();
  }

  /** Does something with the recording. Never throws: what could not be written is told of when it can be again. */
  write(work: (recording: Recording) => void, lost: Lost = {}): void {
    if (this.#closed.signal.aborted) return;
    try {
      this.#recording = this.#usable() ?? this.#begin();
    } catch (error) {
      this.#losses.lose(error, lost);
      return;
    }
    this.#recording.write(work, lost);
  }

  /** Somebody who was asked to record needs the disk: see FlightJournal. Never throws. */
  makeRoom(): boolean {
    try {
      const made = this.#recording?.journal.makeRoom() ?? false;
      if (made) this.#parts.log.warn('flight.gave_room');
      return made;
    } catch (error) {
      // What it gave up is free, though it found no room to go on itself.
      this.#losses.lose(error);
      return true;
    }
  }

  wish(call: CommandCall): CaptureWish | undefined {
    return this.#recording?.wish(call);
  }

  /** A picture of this moment, in the background: what is cut later begins with what was to be seen. */
  look(): void {
    this.write((recording) => {
      recording.capture('initial').catch((error: unknown) => this.#losses.lose(error));
    });
  }

  /**
   * Makes a trace of the last so many milliseconds. Throws `conflict` where nothing could be recorded, `storage_full`
   * where there is no room for it.
   */
  async cut({ lastMs, name }: CutRequest, store: TraceStore): Promise<TraceInfo> {
    const recording = this.#recording;
    if (!recording) throw new DeskreelError('conflict', 'The flight recorder cannot write: see the log.');
    await within(CUT_WAIT_MS, recording.captured(), this.#parts.clock);
    await recording.capture('final');
    return store.make((place) => this.#slice(recording.journal, { lastMs, name }, place));
  }

  /** Takes everything out that was recorded between these times, whatever came of it later too. Milliseconds since 1970. */
  async erase(fromMs: number, toMs: number): Promise<void> {
    const recording = this.#recording;
    if (!recording) return;
    await recording.written();
    await recording.journal.erase(fromMs, toMs);
  }

  /** Resolves when everything that has arrived is on disk. */
  async written(): Promise<void> {
    await this.#recording?.written();
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    await this.#recording?.stop();
  }

  /** The desktop is gone, and what was recorded of it unasked goes too. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.#parts.root, { recursive: true, force: true });
  }

  #begin(): FlightRecording {
    const { root, desktop, clock, pool, port, privacy, log } = this.#parts;
    const { captureWaitMs, limits = FLIGHT_LIMITS } = this.#parts;
    const onForgotten = (): void => port.forgetFrames();
    const before = { wanted: this.#options(), untold: this.#losses.untold };
    const journal = new FlightJournal({ ...before, root, desktop, clock, pool, limits, onForgotten });
    const parts = { options: () => this.#options(), takesAll: true, onFault: this.#onFault };
    return new FlightRecording({ ...parts, port, privacy, clock, log, captureWaitMs }, journal, this.#losses);
  }

  /** Whose segment a failing disk took is let go of. */
  #usable(): FlightRecording | undefined {
    if (this.#recording && !this.#recording.journal.usable) {
      this.#recording.abandon();
      this.#recording = undefined;
    }
    return this.#recording;
  }

  readonly #onFault = (): void => {
    this.#parts.metrics.fault('flight');
  };

  #options(): TraceOptions {
    const traced = this.#parts.traced();
    return traced ? { ...OPTIONS, screenshots: traced.screenshots } : OPTIONS;
  }

  async #slice(
    journal: FlightJournal,
    { lastMs, name }: CutRequest,
    place: { traceId: string; dir: string },
  ): ReturnType<typeof writeSlice> {
    const to = journal.now();
    const lastSeq = journal.rows;
    return journal.reading(async (dirs) => {
      const oldest = await oldestMs(dirs);
      const ms = Math.max(to.ms - lastMs, Math.min(oldest ?? to.ms, to.ms));
      const from = { ms, monoMs: to.monoMs - (to.ms - ms) };
      const options = name ? { ...OPTIONS, name } : OPTIONS;
      const { desktop } = this.#parts;
      const parts = { ...place, options, desktop, from, to, runId: journal.runId };
      return writeSlice(() => rowsOf(dirs, lastSeq), parts);
    });
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#parts.clock.sleep(SWEEP_MS, signal).then(
        () => this.tidy(),
        () => undefined,
      );
    }
  }

  /** Lets go of what is beyond the limits. */
  async tidy(): Promise<void> {
    const recording = this.#recording;
    if (!recording) return;
    try {
      if (recording.journal.isStale()) {
        recording.journal.rotate();
        this.look();
      }
      await recording.journal.prune();
    } catch (error) {
      this.#onFault();
      this.#parts.log.error('flight.not_pruned', { error });
    }
  }
}

/** The rows of the segments up to a number. */
async function* rowsOf(dirs: readonly string[], lastSeq: number): AsyncGenerator<FlightEntry> {
  for (const dir of dirs) {
    try {
      for await (const entry of readJournal(join(dir, JOURNAL))) {
        if (entry.kind !== 'broken' && entry.row.seq > lastSeq) return;
        yield { entry, dir };
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

async function oldestMs(dirs: readonly string[]): Promise<number | undefined> {
  for await (const { entry } of rowsOf(dirs, Infinity)) {
    if (entry.kind !== 'broken') return entry.row.ts_ms;
  }
  return undefined;
}
