// The traces of this server, on disk under `<data>/traces/`. Every id is checked before it becomes part of a path.
import { randomBytes, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Durability, TraceInfo } from '../../protocol/tracing.ts';
import type { RowData, RowOf } from '../../trace/format.ts';
import type { Found } from '../../trace/imports/detect.ts';
import { HOLD, isTraceId, JOURNAL, MANIFEST, METADATA, traceId as newTraceId } from '../../trace/layout.ts';
import { TraceOverview } from '../../trace/metadata.ts';
import { readJournal, type Entry } from '../../trace/reader.ts';
import type { Clock } from '../clock.ts';
import { Lane } from '../../protocol/lane.ts';
import { exists, PRIVATE_DIR, privateDir, readJson, writeJson } from '../fs-atomic.ts';
import type { Log } from '../log.ts';
import { archivePath, writeArchive } from './archive.ts';
import { writeImport } from './import.ts';
import { loadSigningKey } from './keys.ts';
import { RecorderMetrics } from './metrics.ts';
import type { Recorded } from './trace-recording.ts';
import { asStorageError } from './reserve.ts';
import { finishFolder } from './recovery.ts';
import { sealFolder } from './seal.ts';
import { bytesIn, firstRow, openInfo, sealedInfo } from './trace-info.ts';

const FLIGHT_DIR = 'flight';
/** Behind the name of a folder that is on its way out. */
const DELETED = '.deleted';
/** Behind the name of a folder that is on its way in. */
const INCOMING = '.incoming';

export interface TraceStoreParts {
  /** The server's data folder. */
  readonly data: string;
  readonly clock: Clock;
  readonly log: Log;
  /** For traces that do not say. Default `process`. */
  readonly durability?: Durability;
  /** A trace of this run is gone: what belongs to it elsewhere may go, too. */
  readonly onDeleted?: (runId: string) => Promise<void>;
}

/** Fills an empty folder with a trace's rows and files. */
export type WriteTrace = (place: { dir: string; traceId: string }) => Promise<Recorded>;

/** What keeps something of what a desktop's traces hold. */
export interface Keeper {
  /** Takes everything out that happened between these times. Milliseconds since 1970. */
  erase(fromMs: number, toMs: number): Promise<void> | void;
}

/** A finished trace, for readers and exports. */
export interface OpenedTrace {
  readonly overview: TraceOverview;
  /** Its folder: `frames/`, `trees/` and the journal. */
  readonly dir: string;
  entries(): AsyncGenerator<Entry>;
}

/** A finished trace on disk. */
export interface KeptTrace {
  readonly traceId: string;
  readonly endedMs: number;
  readonly bytes: number;
  readonly held: boolean;
}

export interface Recovered {
  /** Sealed now. */
  readonly finished: string[];
  /** Had not even a first row. */
  readonly removed: string[];
  /** Could not be finished; the log says why, and the next start tries again. */
  readonly failed: string[];
}

/** Opens the store; folder and signing key are made where they are missing. */
export async function openTraceStore(parts: TraceStoreParts): Promise<TraceStore> {
  const root = join(parts.data, 'traces');
  await privateDir(root);
  return new TraceStore(root, await loadSigningKey(parts.data), parts);
}

export class TraceStore {
  readonly #root: string;
  readonly #key: KeyObject;
  readonly #parts: TraceStoreParts;
  /** Traces that are recorded at this moment, with their first rows. */
  readonly #live = new Map<string, RowOf<'trace_start'> | undefined>();
  /** Of recordings that could not be ended: what is to be written when they are. */
  readonly #untold = new Map<string, readonly RowData<'fault'>[]>();
  /** Archives under way. One is written after the other: commands need the processor more. */
  readonly #archiving = new Map<string, Promise<void>>();
  readonly #lane = new Lane();
  /** By desktop. */
  readonly #keepers = new Map<string, Keeper[]>();
  /** Of all recorders of this server. */
  readonly metrics = new RecorderMetrics();

  constructor(root: string, key: KeyObject, parts: TraceStoreParts) {
    this.#root = root;
    this.#key = key;
    this.#parts = parts;
  }

  get durability(): Durability {
    return this.#parts.durability ?? 'process';
  }

  /** Where a desktop's flight recorder keeps its journal. */
  flightRoot(desktopId: string): string {
    return join(this.#parts.data, FLIGHT_DIR, desktopId);
  }

  /** From now on what is deleted here is taken out there too. */
  attach(desktopId: string, keeper: Keeper): void {
    this.#keepers.set(desktopId, [...(this.#keepers.get(desktopId) ?? []), keeper]);
  }

  /** The desktop, or the server, goes away. */
  detach(desktopId: string): void {
    this.#keepers.delete(desktopId);
  }

  /** Removes what the flight recorders of other desktops left: those that went while no server ran. */
  async removeFlightsBut(desktopIds: readonly string[]): Promise<void> {
    const root = join(this.#parts.data, FLIGHT_DIR);
    await privateDir(root);
    for (const name of await readdir(root)) {
      if (!desktopIds.includes(name)) await rm(join(root, name), { recursive: true, force: true });
    }
  }

  /** A new trace's id and folder. To be ended by `seal` or `abandon`. */
  begin(): { traceId: string; dir: string } {
    const id = this.newId();
    const dir = join(this.#root, id);
    mkdirSync(dir, { mode: PRIVATE_DIR });
    this.#live.set(id, undefined);
    return { traceId: id, dir };
  }

  /** Takes in a trace that was recorded elsewhere. The same id again gives the trace that is there. */
  async takeIn(traceId: string, write: WriteTrace): Promise<TraceInfo> {
    if (!(await exists(join(this.#root, traceId)))) await this.#appear(traceId, write);
    return this.info(traceId);
  }

  /** Makes a trace of something that was recorded before. It appears whole, sealed, or not at all. */
  async make(write: WriteTrace): Promise<TraceInfo> {
    const traceId = this.newId();
    await this.#appear(traceId, write);
    return this.info(traceId);
  }

  async #appear(traceId: string, write: WriteTrace): Promise<void> {
    // No trace's name: nobody lists it, and what a kill leaves of it is not taken for a trace.
    const dir = join(this.#root, `.${traceId}${INCOMING}`);
    await rm(dir, { recursive: true, force: true });
    await privateDir(dir);
    try {
      await sealFolder(dir, await write({ dir, traceId }), this.#key);
      await rename(dir, join(this.#root, traceId));
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      throw asStorageError(error);
    }
    this.#archiveSoon(traceId);
  }

  /** An id for a trace that begins now. */
  newId(): string {
    return newTraceId(this.#parts.clock.now(), randomBytes(4).toString('hex'));
  }

  /** From now on the trace is listed. */
  started(start: RowOf<'trace_start'>): void {
    this.#live.set(start.data.trace_id, start);
  }

  /** Seals a trace and begins to write its archive. */
  async seal(recorded: Recorded): Promise<TraceInfo> {
    const id = recorded.start.data.trace_id;
    try {
      const overview = await sealFolder(join(this.#root, id), recorded, this.#key);
      this.#archiveSoon(id);
      return sealedInfo(overview, { archived: false, held: false });
    } finally {
      this.#live.delete(id);
    }
  }

  /** Seals somebody else's archive as a trace. Throws `bad_request` for what is none. */
  import(found: Found): Promise<TraceInfo> {
    return this.make((place) => writeImport(found, place));
  }

  /**
   * A recording that could not be ended: what is on disk of it can be finished by `recover` or `archive`. `untold`: what it
   * lost and could not write down.
   */
  abandon(traceId: string, untold: readonly RowData<'fault'>[] = []): void {
    this.#live.delete(traceId);
    if (untold.length > 0) this.#untold.set(traceId, untold);
  }

  /** Every trace, the newest first. */
  async list(): Promise<TraceInfo[]> {
    const infos = await Promise.all((await this.#ids()).map((id) => this.#infoIfReadable(id)));
    const found = infos.filter((info) => info !== undefined);
    return found.sort((one, other) => Date.parse(other.start_time) - Date.parse(one.start_time));
  }

  /** Whether there is such a trace. */
  async has(traceId: string): Promise<boolean> {
    return isTraceId(traceId) && exists(join(this.#root, traceId));
  }

  /** Throws `not_found`. */
  async info(traceId: string): Promise<TraceInfo> {
    const info = isTraceId(traceId) ? await this.#infoIfThere(traceId) : undefined;
    if (!info) throw notFound();
    return info;
  }

  /** Throws `not_found`, or `conflict` while it is being recorded. */
  async open(traceId: string): Promise<OpenedTrace> {
    const dir = await this.#finished(traceId);
    const overview = await readJson(join(dir, METADATA), TraceOverview);
    if (!overview) throw notFound();
    return { overview, dir, entries: () => readJournal(join(dir, JOURNAL)) };
  }

  /** The trace's ZIP, once it is written. Throws `not_found`, or `conflict` while the trace is being recorded. */
  async archive(traceId: string): Promise<{ path: string; bytes: number }> {
    const dir = await this.#finished(traceId);
    const path = archivePath(dir, traceId);
    if (this.#archiving.has(traceId) || !(await exists(path))) await this.#writeArchive(traceId);
    return { path, bytes: (await stat(path)).size };
  }

  /** Keeps a trace from being deleted, by anybody and by age, until it is released. Throws `not_found`. */
  async hold(traceId: string): Promise<TraceInfo> {
    await this.info(traceId);
    const since = new Date(this.#parts.clock.now()).toISOString();
    await writeJson(join(this.#root, traceId, HOLD), { since });
    return this.info(traceId);
  }

  /** Throws `not_found`. */
  async release(traceId: string): Promise<TraceInfo> {
    await this.info(traceId);
    await rm(join(this.#root, traceId, HOLD), { force: true });
    return this.info(traceId);
  }

  /** What the finished traces take, for those who decide which of them go. */
  async kept(): Promise<KeptTrace[]> {
    const sealed = (await this.list()).filter(({ state }) => state === 'sealed');
    return Promise.all(
      sealed.map(async ({ trace_id: traceId, start_time, end_time, held }) => ({
        traceId,
        endedMs: Date.parse(end_time ?? start_time),
        bytes: await bytesIn(join(this.#root, traceId)),
        held,
      })),
    );
  }

  /**
   * Removes a trace and everything of it, in its desktop's flight recorder and among the answers of its requests too. Throws
   * `not_found`, or `conflict` while it is being recorded or held.
   */
  async delete(traceId: string): Promise<void> {
    const { held, run_id: runId } = await this.info(traceId);
    if (held) throw new DeskreelError('conflict', `${traceId} is held: \`deskreel trace release\` it first`);
    this.#refuseLive(traceId);
    await this.#archiving.get(traceId)?.catch(() => undefined);
    await this.#eraseElsewhere(traceId);
    await this.#remove(traceId);
    await this.#parts.onDeleted?.(runId);
  }

  /** Finishes what a killed server left. To be called once, before anything is recorded. Never rejects for one trace. */
  async recover(): Promise<Recovered> {
    const recovered: Recovered = { finished: [], removed: [], failed: [] };
    await this.#removeHalfDone();
    for (const id of await this.#ids()) {
      if (this.#live.has(id)) continue;
      try {
        await this.#recoverOne(id, recovered);
      } catch (error) {
        this.metrics.fault('recovery');
        this.#parts.log.error('recovery.failed', { trace: id, error });
        recovered.failed.push(id);
      }
    }
    return recovered;
  }

  /** Waits for the archives that are being written. */
  async close(): Promise<void> {
    await this.#lane.idle();
  }

  /** Under another name first: of a kill in the middle nothing is taken for a trace. */
  async #remove(traceId: string): Promise<void> {
    const dir = join(this.#root, traceId);
    await rename(dir, `${dir}${DELETED}`);
    await rm(`${dir}${DELETED}`, { recursive: true, force: true });
  }

  async #removeHalfDone(): Promise<void> {
    const isHalfDone = (name: string): boolean => name.endsWith(DELETED) || name.endsWith(INCOMING);
    const names = (await readdir(this.#root)).filter(isHalfDone);
    for (const name of names) await rm(join(this.#root, name), { recursive: true, force: true });
  }

  async #eraseElsewhere(traceId: string): Promise<void> {
    const { overview } = await this.open(traceId);
    const span = [Date.parse(overview.start_time), Date.parse(overview.end_time)] as const;
    for (const keeper of this.#keepers.get(overview.desktop.id) ?? []) await keeper.erase(...span);
  }

  async #recoverOne(id: string, recovered: Recovered): Promise<void> {
    const dir = join(this.#root, id);
    if (!(await exists(join(dir, MANIFEST)))) {
      const outcome = await this.#finish(id);
      if (outcome === 'nothing') {
        recovered.removed.push(id);
        return;
      }
      recovered.finished.push(id);
    }
    if (!(await exists(archivePath(dir, id)))) this.#archiveSoon(id);
  }

  async #ids(): Promise<string[]> {
    return (await readdir(this.#root)).filter(isTraceId);
  }

  /** One folder that cannot be read must not hide the others. */
  async #infoIfReadable(id: string): Promise<TraceInfo | undefined> {
    try {
      return await this.#infoIfThere(id);
    } catch (error) {
      this.#parts.log.error('trace.unreadable', { trace: id, error });
      return undefined;
    }
  }

  async #infoIfThere(id: string): Promise<TraceInfo | undefined> {
    const dir = join(this.#root, id);
    if (this.#live.has(id)) {
      const start = this.#live.get(id);
      return start && openInfo(start, 'recording');
    }
    const overview = await readJson(join(dir, METADATA), TraceOverview);
    if (overview && (await exists(join(dir, MANIFEST)))) {
      const archived = !this.#archiving.has(id) && (await exists(archivePath(dir, id)));
      return sealedInfo(overview, { archived, held: await exists(join(dir, HOLD)) });
    }
    const start = await firstRow(join(dir, JOURNAL));
    return start && openInfo(start, 'sealing');
  }

  /** The folder of a trace that is sealed; one whose sealing failed is sealed now. */
  async #finished(traceId: string): Promise<string> {
    await this.info(traceId);
    this.#refuseLive(traceId);
    const dir = join(this.#root, traceId);
    if (!(await exists(join(dir, MANIFEST)))) await this.#finish(traceId);
    return dir;
  }

  async #finish(traceId: string): ReturnType<typeof finishFolder> {
    const { clock } = this.#parts;
    const faults = this.#untold.get(traceId) ?? [];
    const outcome = await finishFolder({ dir: join(this.#root, traceId), key: this.#key, clock, faults });
    this.#untold.delete(traceId);
    return outcome;
  }

  #refuseLive(traceId: string): void {
    if (this.#live.has(traceId)) {
      throw new DeskreelError('conflict', `${traceId} is being recorded: stop it first`);
    }
  }

  #archiveSoon(traceId: string): void {
    this.#writeArchive(traceId).catch((error: unknown) => {
      this.metrics.fault('archive');
      this.#parts.log.error('archive.failed', { trace: traceId, error });
    });
  }

  #writeArchive(traceId: string): Promise<void> {
    const running = this.#archiving.get(traceId);
    if (running) return running;
    const work = this.#lane
      .enter(() => writeArchive(join(this.#root, traceId), traceId, this.#key))
      .finally(() => this.#archiving.delete(traceId));
    this.#archiving.set(traceId, work);
    return work;
  }
}

function notFound(): DeskreelError {
  return new DeskreelError('not_found', 'no such trace');
}
