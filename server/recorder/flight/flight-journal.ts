// The flight recorder's journal: one chain of rows over many segments, whose first rows carry the chain on.
// Pictures and trees lie in the segment whose rows name them, linked where another has them: a segment goes as one folder.
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAIN_START } from '../../../trace/chain.ts';
import type {
  DesktopFacts,
  Envelope,
  PredicateType,
  RowData,
  RowOf,
  RowType,
} from '../../../trace/format.ts';
import { framePath, JOURNAL, treePath } from '../../../trace/layout.ts';
import type { Clock } from '../../clock.ts';
import { PRIVATE_DIR } from '../../fs-atomic.ts';
import type { BlobPool } from '../blob-pool.ts';
import { BlobStore, type Blobs } from '../blob-store.ts';
import type { FrameNames } from '../capture-writer.ts';
import { Journal, type Room, type RowAbout, type RowWriter } from '../journal.ts';
import { NO_RESERVE, withRoom, withRoomNow } from '../reserve.ts';
import { eraseSpan } from './erase.ts';
import { finishGestures, type FinishParts } from './finish-gestures.ts';
import type { FlightLimits } from './limits.ts';
import {
  closedSegment,
  closedSegments,
  flightTail,
  segmentDir,
  type ClosedSegment,
  type FlightTail,
} from './segments.ts';

export interface FlightJournalParts extends FinishParts {
  /** Of this desktop alone. */
  readonly root: string;
  readonly desktop: DesktopFacts;
  readonly clock: Clock;
  readonly pool: BlobPool;
  readonly limits: FlightLimits;
  /** The guest's pictures are to be sent again: a new segment has none of them, or old ones are gone. */
  readonly onForgotten: () => void;
}

interface OpenSegment {
  readonly number: number;
  readonly dir: string;
  readonly journal: Journal;
  readonly blobs: BlobStore;
  readonly sinceMs: number;
  /** The number of its first row. */
  readonly firstRow: number;
}

type Began = RowOf<'segment'>['data']['began'];

export class FlightJournal implements RowWriter {
  readonly #parts: FlightJournalParts;
  readonly #runId: string;
  /** Added to this process's monotonic time, so that the journal's never goes backwards. */
  readonly #monoOffset: number;
  readonly #stores = new Map<number, BlobStore>();
  #closed: ClosedSegment[];
  #open: OpenSegment;
  #wroteMs: number;
  /** Readers under way: nothing is removed under them. */
  #readers = 0;

  /** Goes on where a former process left off. Throws the file system's error. */
  constructor(parts: FlightJournalParts) {
    this.#parts = parts;
    const { root, clock } = parts;
    mkdirSync(root, { recursive: true, mode: PRIVATE_DIR });
    this.#closed = closedSegments(root);
    const found = flightTail(this.#closed);
    const tail = found && finishGestures(this.#closed, found, parts);
    this.#runId = tail?.row.run_id ?? randomUUID();
    this.#monoOffset = tail ? monoOffset(tail, clock) : 0;
    const number = (this.#closed.at(-1)?.number ?? 0) + 1;
    const from = tail ? { rows: tail.row.seq, lastHash: tail.lastHash } : { rows: 0, lastHash: CHAIN_START };
    this.#wroteMs = clock.monotonic();
    this.#open = this.#begin(number, from, tail ? 'resumed' : 'created');
  }

  get runId(): string {
    return this.#runId;
  }

  /** Rows so far, those that are gone included. */
  get rows(): number {
    return this.#open.journal.end.rows;
  }

  readonly #giveRoom = (): boolean => this.makeRoom();

  readonly blobs: Blobs = {
    has: (name) => this.#open.blobs.has(name),
    put: (name, bytes) => withRoom(() => this.#open.blobs.put(name, bytes), this.#giveRoom),
    adopt: (name) => this.#open.blobs.adopt(name),
    remove: (name) => this.#open.blobs.remove(name),
  };

  /** Frames are named by what they are: nothing that grows is kept in memory. */
  readonly names: FrameNames = {
    nameFor: (frame) => framePath(frame),
    keep: () => undefined,
    // What no row names goes with its segment.
    has: () => true,
  };

  append<T extends RowType>(type: T, data: RowData<T>, room: Room, about: RowAbout = {}): RowOf<T> {
    return withRoomNow(() => {
      if (type === 'call' && this.#isDue()) this.rotate();
      this.#bringBlob(data);
      this.#wroteMs = this.#parts.clock.monotonic();
      return this.#open.journal.append(type, data, room, about);
    }, this.#giveRoom);
  }

  appendForeign(type: PredicateType, data: Record<string, unknown>, about: RowAbout): Envelope {
    return withRoomNow(() => this.#open.journal.appendForeign(type, data, about), this.#giveRoom);
  }

  /** Whether it takes rows: after a failure of the disk there may be no segment to write to. */
  get usable(): boolean {
    return this.#open.journal.usable;
  }

  /**
   * The disk is full: gives up the oldest segment, at last the one that is being written. False where nothing is left to give,
   * or somebody reads.
   */
  makeRoom(): boolean {
    if (this.#readers > 0) return false;
    const [oldest] = this.#closed.splice(0, 1);
    if (oldest) this.#removeNow(oldest);
    else if (!this.#beginAnew()) return false;
    this.#parts.onForgotten();
    return true;
  }

  /** Begins a new segment; what was written so far changes no more. */
  rotate(): void {
    const { number, journal } = this.#open;
    const { rows, lastHash } = journal.end;
    const next = this.#begin(number + 1, { rows, lastHash }, 'rotated');
    journal.close();
    this.#closed.push(closedSegment(this.#parts.root, number));
    this.#open = next;
    this.#parts.onForgotten();
  }

  /** Removes what is older, or more, than the limits allow. */
  async prune(): Promise<void> {
    if (this.#readers > 0) return;
    const { clock, limits } = this.#parts;
    const tooOld = clock.now() - limits.ageMs;
    let total = this.#closed.reduce((sum, segment) => sum + segment.bytes, 0);
    const gone: ClosedSegment[] = [];
    while (this.#closed[0] && (this.#closed[0].lastMs < tooOld || total > limits.bytes)) {
      const [oldest] = this.#closed.splice(0, 1);
      if (!oldest) break;
      total -= oldest.bytes;
      gone.push(oldest);
    }
    for (const { number } of gone) this.#forget(number);
    for (const { dir } of gone) await rm(dir, { recursive: true, force: true });
    if (gone.length > 0) this.#parts.onForgotten();
  }

  /** Calls `read` with the folders of all segments, the oldest first; they stay for as long as that takes. */
  async reading<T>(read: (dirs: readonly string[]) => Promise<T>): Promise<T> {
    this.#readers += 1;
    try {
      return await read([...this.#closed.map(({ dir }) => dir), this.#open.dir]);
    } finally {
      this.#readers -= 1;
    }
  }

  /** Takes out what was recorded in a span of wall time; see erase.ts. */
  async erase(fromMs: number, toMs: number): Promise<void> {
    this.rotate();
    const calls = new Set<string>();
    const closed = [...this.#closed];
    await this.reading(async () => {
      for (const { dir, number } of closed) {
        // Nobody links from it any more: what is removed is not known elsewhere.
        this.#forget(number);
        await eraseSpan(dir, { fromMs, toMs }, calls);
      }
    });
    this.#parts.onForgotten();
  }

  /** Nothing was written for longer than anything is kept. */
  isStale(): boolean {
    const { clock, limits } = this.#parts;
    return (
      this.#open.journal.end.rows > this.#open.firstRow && clock.monotonic() - this.#wroteMs > limits.ageMs
    );
  }

  /** The wall clock of now, and this journal's own monotonic time. */
  now(): { ms: number; monoMs: number } {
    return { ms: this.#parts.clock.now(), monoMs: this.#monotonic() };
  }

  close(): void {
    this.#open.journal.close();
    for (const number of [...this.#stores.keys()]) this.#forget(number);
  }

  #isDue(): boolean {
    const { limits, clock } = this.#parts;
    const { sinceMs, journal, blobs } = this.#open;
    return (
      clock.monotonic() - sinceMs > limits.segmentMs || journal.end.bytes + blobs.bytes > limits.segmentBytes
    );
  }

  #begin(number: number, from: { rows: number; lastHash: string }, began: Began): OpenSegment {
    const { root, desktop, clock, pool } = this.#parts;
    const dir = segmentDir(root, number);
    mkdirSync(dir, { mode: PRIVATE_DIR });
    try {
      const blobs = new BlobStore(dir, pool);
      this.#stores.set(number, blobs);
      const times = { now: () => clock.now(), monotonic: () => this.#monotonic() };
      const where = { path: join(dir, JOURNAL), runId: this.#runId, clock: times, reserve: NO_RESERVE };
      const journal = new Journal(where, { ...from, bytes: 0 });
      journal.append('segment', { number, began, desktop }, 'must', {
        actor: { kind: 'system', id: 'flight' },
      });
      return { number, dir, journal, blobs, sinceMs: clock.monotonic(), firstRow: journal.end.rows };
    } catch (error) {
      this.#forget(number);
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Gives up the segment that is being written, unless there is nothing in it. The room is free before the next begins. */
  #beginAnew(): boolean {
    const { number, dir, journal, firstRow, blobs } = this.#open;
    const { rows, lastHash } = journal.end;
    if (!journal.usable || (rows === firstRow && blobs.bytes === 0)) return false;
    journal.close();
    this.#removeNow({ number, dir });
    this.#open = this.#begin(number + 1, { rows, lastHash }, 'rotated');
    return true;
  }

  /** In one go: a row waits for the room. */
  #removeNow({ number, dir }: Pick<ClosedSegment, 'number' | 'dir'>): void {
    this.#forget(number);
    rmSync(dir, { recursive: true, force: true });
  }

  #monotonic(): number {
    return this.#monoOffset + this.#parts.clock.monotonic();
  }

  #forget(number: number): void {
    this.#stores.get(number)?.close();
    this.#stores.delete(number);
  }

  /** A segment may have begun between a picture and its row. */
  #bringBlob(data: object): void {
    const name = blobOf(data);
    const { blobs } = this.#open;
    if (name === undefined || blobs.has(name)) return;
    const found = this.#parts.pool.find(name);
    if (found) blobs.takeNow(found);
  }
}

function monoOffset({ row }: FlightTail, clock: Clock): number {
  const awayMs = Math.max(0, clock.now() - row.ts_ms);
  return row.mono_ms + awayMs - clock.monotonic();
}

function blobOf(data: object): string | undefined {
  if ('frame' in data && typeof data.frame === 'string') return framePath(data.frame);
  if ('sha256' in data && typeof data.sha256 === 'string') return treePath(data.sha256);
  return undefined;
}
