// The append-only journal of one trace: a row is in the file when `append` returns, so a kill loses none that was acted on.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { CHAIN_START, lineHash } from '../../trace/chain.ts';
import { VERSION, type Envelope, type RowData, type RowOf, type RowType } from '../../trace/format.ts';
import type { Clock } from '../clock.ts';
import { GroupSync } from './group-sync.ts';
import { PRIVATE_FILE } from '../fs-atomic.ts';
import { asStorageError, isDiskFull, type Reserve } from './reserve.ts';

/** Who and what a row belongs to. */
export interface RowAbout {
  readonly actor?: Actor | undefined;
  readonly stepId?: string | undefined;
}

/** What the recorder does of itself. */
export const SYSTEM: RowAbout = { actor: { kind: 'system', id: 'recorder' } };

/** `open`: refused when only the reserve is left; `must`: may use it, since it ends what has begun. */
export type Room = 'open' | 'must';

/** Where an earlier process left off. */
export interface JournalEnd {
  readonly rows: number;
  readonly bytes: number;
  readonly lastHash: string;
  /** Of the file, where it was hashed as it was written. */
  readonly sha256?: string;
}

const AT_BEGINNING: JournalEnd = { rows: 0, bytes: 0, lastHash: CHAIN_START };

export interface JournalParts {
  readonly path: string;
  readonly runId: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly reserve: Pick<Reserve, 'hold' | 'held' | 'release'>;
  /** The disk is full: gives up something that is worth less. False where nothing is left to give. Default: nothing is. */
  readonly makeRoom?: () => boolean;
}

/** Where rows go. */
export type RowWriter = Pick<Journal, 'append' | 'appendForeign'>;

export class Journal {
  readonly #parts: JournalParts;
  readonly #fd: number;
  #rows: number;
  #bytes: number;
  #lastHash: string;
  #open = true;
  /** Half a row may stand at the end of the file. */
  #torn = false;
  /** The file system counts names: of a file that is removed it says 0. */
  readonly #counted: boolean;
  readonly #group: GroupSync;
  /** Of the whole file; undefined where it was begun by another. */
  readonly #hash: Hash | undefined;

  constructor(parts: JournalParts, from: JournalEnd = AT_BEGINNING) {
    this.#parts = parts;
    this.#fd = openSync(parts.path, from.rows === 0 ? 'ax' : 'a', PRIVATE_FILE);
    this.#counted = fstatSync(this.#fd).nlink > 0;
    this.#group = new GroupSync(this.#fd);
    this.#hash = from.rows === 0 ? createHash('sha256') : undefined;
    this.#rows = from.rows;
    this.#bytes = from.bytes;
    this.#lastHash = from.lastHash;
  }

  get end(): JournalEnd {
    const { rows, bytes, lastHash } = { rows: this.#rows, bytes: this.#bytes, lastHash: this.#lastHash };
    return { rows, bytes, lastHash, ...(this.#hash ? { sha256: this.#hash.copy().digest('hex') } : {}) };
  }

  /** Whether it takes rows: it is not closed, and its file not removed. */
  get usable(): boolean {
    return this.#open && !this.#isRemoved();
  }

  /** Writes a row and returns it. Throws `storage_full` where there is no room for it, and then nothing was written. */
  append<T extends RowType>(type: T, data: RowData<T>, room: Room, about: RowAbout = {}): RowOf<T> {
    // The data is of this very type; TypeScript cannot follow that from a name to a union's member.
    return this.#write({ ...this.#envelope(type, about), data }, room) as unknown as RowOf<T>;
  }

  /** A row of a type that the recorder does not write itself, as an SDK sent it. */
  appendForeign(type: string, data: Record<string, unknown>, about: RowAbout): Envelope {
    return this.#write({ ...this.#envelope(type, about), data }, 'open');
  }

  /** Resolves when every row so far is on the disk itself, power loss or not. One flush serves all who wait. */
  sync(): Promise<void> {
    return this.#open ? this.#group.sync() : Promise.resolve();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #envelope(type: string, about: RowAbout): Omit<Envelope, 'data'> {
    const now = Math.round(this.#parts.clock.now());
    return {
      v: VERSION,
      type,
      ts: new Date(now).toISOString(),
      ts_ms: now,
      mono_ms: Math.round(this.#parts.clock.monotonic() * 1000) / 1000,
      run_id: this.#parts.runId,
      seq: this.#rows + 1,
      ...(about.stepId === undefined ? {} : { step_id: about.stepId }),
      ...(about.actor === undefined ? {} : { actor: about.actor }),
      prev: this.#lastHash,
    };
  }

  // One synchronous write a row: what follows a row (the command, the answer) must find it in the file.
  #write<R extends { data: unknown }>(row: R, room: Room): R {
    if (!this.#open) throw new DeskreelError('internal', 'the journal is closed');
    const line = JSON.stringify(row);
    const bytes = Buffer.from(`${line}\n`);
    this.#writeBytes(bytes, room);
    this.#hash?.update(bytes);
    this.#rows += 1;
    this.#bytes += bytes.length;
    this.#lastHash = lineHash(bytes.subarray(0, -1));
    return row;
  }

  #writeBytes(bytes: Buffer, room: Room): void {
    try {
      if (room === 'open') this.#parts.reserve.hold();
      this.#writeWhole(bytes);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (this.#parts.makeRoom?.()) {
        this.#writeBytes(bytes, room);
        return;
      }
      if (room === 'open' || !this.#parts.reserve.held) throw asStorageError(error);
      this.#parts.reserve.release();
      this.#writeBytes(bytes, room);
    }
  }

  #writeWhole(bytes: Buffer): void {
    this.#cutTorn();
    this.#refuseRemoved();
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch (error) {
      this.#torn = written > 0;
      this.#cutTorn();
      throw error;
    }
  }

  /** Half a row would break the chain for every row after it: nothing is written before it is gone. */
  #cutTorn(): void {
    if (!this.#torn) return;
    ftruncateSync(this.#fd, this.#bytes);
    this.#torn = false;
  }

  #isRemoved(): boolean {
    return this.#counted && fstatSync(this.#fd).nlink === 0;
  }

  /** A file that was deleted takes rows without complaint, and nobody ever reads them. */
  #refuseRemoved(): void {
    if (!this.#isRemoved()) return;
    const error: NodeJS.ErrnoException = new Error('the journal was removed while it was written');
    error.code = 'ENOENT';
    throw error;
  }
}
