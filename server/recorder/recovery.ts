// What a killed server left: its journal is cut to whole rows, ended and sealed. Killed in the middle, it starts over.
import type { KeyObject } from 'node:crypto';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAIN_START, lineHash } from '../../trace/chain.ts';
import type { KnownRow, RowData, RowOf, RowType } from '../../trace/format.ts';
import { FRAMES_DIR, framePath, JOURNAL, treePath, TREES_DIR } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { emptyShape, readJournal, type Entry, type JournalShape } from '../../trace/reader.ts';
import { Tally } from '../../trace/tally.ts';
import type { Clock } from '../clock.ts';
import { isMissing, privateDir } from '../fs-atomic.ts';
import { Journal, type RowAbout } from './journal.ts';
import { KILLED, Lacking } from './lacking.ts';
import { Reserve, RESERVE } from './reserve.ts';
import { hashFile, sealFolder } from './seal.ts';
import { UnfinishedGestures } from './unfinished-gestures.ts';

export interface RecoveryParts {
  readonly dir: string;
  readonly key: KeyObject;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** What the recording could not write down itself. */
  readonly faults: readonly RowData<'fault'>[];
}

/** What is known of a journal when it has been read once. */
interface Scan {
  readonly shape: JournalShape;
  readonly tally: Tally;
  /** Files that a row names. */
  readonly named: Set<string>;
  readonly lacking: Lacking;
  readonly gestures: UnfinishedGestures;
  start: RowOf<'trace_start'> | undefined;
  end: RowOf<'trace_end'> | undefined;
  last: KnownRow | undefined;
  /** The last that a recovery that was killed itself did not write. */
  recorded: KnownRow | undefined;
  lastHash: string;
}

/** Finishes an unsealed folder. `nothing`: not even its first row was whole, and the folder is gone. */
export async function finishFolder(parts: RecoveryParts): Promise<'finished' | 'nothing'> {
  const { dir, key } = parts;
  const scan = await scanJournal(join(dir, JOURNAL));
  if (!scan.start) {
    await rm(dir, { recursive: true });
    return 'nothing';
  }
  if (scan.shape.tornBytes > 0) await truncate(join(dir, JOURNAL), scan.shape.bytes);
  await removeLeftovers(dir, scan.named);
  const { blobs, missing } = await findBlobs(dir, scan.named);
  const faults = [...parts.faults, ...missingFaults(missing, scan.start)];
  const end = scan.end ?? writeEnd({ ...parts, faults }, scan, scan.start);
  const journal = { rows: scan.shape.rows, bytes: scan.shape.bytes, lastHash: scan.lastHash };
  await sealFolder(dir, { start: scan.start, end, journal, blobs }, key);
  return 'finished';
}

/** What the rows name. After a loss of power a row may be there and its file not. */
async function findBlobs(
  dir: string,
  named: ReadonlySet<string>,
): Promise<{ blobs: ManifestFile[]; missing: string[] }> {
  const blobs: ManifestFile[] = [];
  const missing: string[] = [];
  // One after the other: a long trace has more files than a process may open.
  for (const name of named) {
    try {
      blobs.push(await hashFile(dir, name));
    } catch (error) {
      if (!isMissing(error)) throw error;
      missing.push(name);
    }
  }
  return { blobs, missing };
}

function missingFaults(missing: readonly string[], start: RowOf<'trace_start'>): RowData<'fault'>[] {
  const pictures = missing.filter((name) => name.startsWith(FRAMES_DIR)).length;
  const counts = { picture: pictures, tree: missing.length - pictures };
  return Object.entries(counts)
    .filter(([, lost]) => lost > 0)
    .map(([part, lost]) => ({ part, reason: 'ENOENT', since_ms: start.ts_ms, lost }));
}

async function scanJournal(path: string): Promise<Scan> {
  const scan: Scan = {
    shape: emptyShape(),
    tally: new Tally(),
    named: new Set(),
    lacking: new Lacking(),
    gestures: new UnfinishedGestures(),
    start: undefined,
    end: undefined,
    last: undefined,
    recorded: undefined,
    lastHash: CHAIN_START,
  };
  try {
    for await (const entry of readJournal(path, scan.shape)) note(scan, entry);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return scan;
}

function note(scan: Scan, entry: Entry): void {
  scan.lastHash = lineHash(entry.text);
  if (entry.kind === 'other') scan.tally.addOther(entry.row);
  if (entry.kind !== 'row') return;
  const { row } = entry;
  scan.tally.add(row);
  scan.last = row;
  if (!isOfRecovery(row)) scan.recorded = row;
  if (row.type === 'trace_start') scan.start ??= row;
  if (row.type === 'trace_end') scan.end = row;
  scan.lacking.add(row);
  scan.gestures.add(row);
  const name = namedBy(row);
  if (name !== undefined) scan.named.add(name);
}

function namedBy(row: KnownRow): string | undefined {
  if (row.type === 'frame' && 'file' in row.data) return framePath(row.data.frame);
  if (row.type === 'tree' && 'sha256' in row.data) return treePath(row.data.sha256);
  return undefined;
}

/** Half-written files, and pictures that no row came to name. */
async function removeLeftovers(dir: string, named: ReadonlySet<string>): Promise<void> {
  await rm(join(dir, RESERVE), { force: true });
  for (const folder of [FRAMES_DIR, TREES_DIR]) {
    // The kill may have come before it was made.
    await privateDir(join(dir, folder));
    for (const name of await readdir(join(dir, folder))) {
      if (!named.has(`${folder}/${name}`)) await rm(join(dir, folder, name));
    }
  }
  for (const name of await readdir(dir)) if (name.endsWith('.tmp')) await rm(join(dir, name));
}

function writeEnd(
  { dir, clock, faults }: RecoveryParts,
  scan: Scan,
  start: RowOf<'trace_start'>,
): RowOf<'trace_end'> {
  const times = new EndClock(scan.last ?? start, clock);
  const journal = new Journal(
    { path: join(dir, JOURNAL), runId: start.run_id, clock: times, reserve: new Reserve(join(dir, RESERVE)) },
    { rows: scan.shape.rows, bytes: scan.shape.bytes, lastHash: scan.lastHash },
  );
  const write = <T extends RowType>(type: T, data: RowData<T>, about: RowAbout): void => {
    const row: KnownRow = journal.append(type, data, 'must', about);
    scan.tally.add(row);
    scan.lacking.add(row);
  };
  try {
    if (faults.some(({ commands }) => commands)) scan.gestures.lost();
    for (const { type, data, about } of scan.gestures.rows(start.data.config)) write(type, data, about);
    times.go();
    for (const { type, data } of scan.lacking.rows(KILLED)) write(type, data, RECOVERY);
    for (const fault of faults) write('fault', fault, RECOVERY);
    const end = journal.append('trace_end', endData(scan, scan.recorded ?? start), 'must', RECOVERY);
    scan.shape.rows = journal.end.rows;
    scan.shape.bytes = journal.end.bytes;
    scan.lastHash = journal.end.lastHash;
    return end;
  } finally {
    journal.close();
  }
}

/** Stands still at a journal's last row, since what people did they did by then, until it is told to go. */
class EndClock {
  readonly #last: Pick<KnownRow, 'ts_ms' | 'mono_ms'>;
  readonly #clock: Pick<Clock, 'now'>;
  #goes = false;

  constructor(last: Pick<KnownRow, 'ts_ms' | 'mono_ms'>, clock: Pick<Clock, 'now'>) {
    this.#last = last;
    this.#clock = clock;
  }

  go(): void {
    this.#goes = true;
  }

  readonly now = (): number => (this.#goes ? this.#clock.now() : this.#last.ts_ms);

  /** This process's monotonic time has nothing to do with that of the one that recorded. */
  readonly monotonic = (): number => this.#last.mono_ms + Math.max(0, this.now() - this.#last.ts_ms);
}

function endData(scan: Scan, last: KnownRow): RowOf<'trace_end'>['data'] {
  const counts = scan.tally.counts();
  return {
    end: 'recovered',
    counts: { ...counts, events: counts.events + 1 },
    ended_ms: last.ts_ms,
    torn_bytes: scan.shape.tornBytes,
  };
}

/** What recovery tells of itself. */
export const RECOVERY = { actor: { kind: 'system', id: 'recovery' } } as const;

function isOfRecovery({ actor }: KnownRow): boolean {
  return actor?.kind === RECOVERY.actor.kind && actor.id === RECOVERY.actor.id;
}
