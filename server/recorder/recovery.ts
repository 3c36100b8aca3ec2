// What a killed server left: its journal is cut to whole rows, ended and sealed. Killed in the middle, it starts over.
import type { KeyObject } from 'node:crypto';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAIN_START, lineHash } from '../../trace/chain.ts';
import type { KnownRow, RowData, RowOf } from '../../trace/format.ts';
import { FRAMES_DIR, framePath, JOURNAL, treePath, TREES_DIR } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { emptyShape, readJournal, type Entry, type JournalShape } from '../../trace/reader.ts';
import { Tally } from '../../trace/tally.ts';
import type { Clock } from '../clock.ts';
import { isMissing, privateDir } from '../fs-atomic.ts';
import { Journal, type RowAbout } from './journal.ts';
import { Lacking } from './lacking.ts';
import { Reserve, RESERVE } from './reserve.ts';
import { hashFile, sealFolder } from './seal.ts';

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
  start: RowOf<'trace_start'> | undefined;
  end: RowOf<'trace_end'> | undefined;
  last: KnownRow | undefined;
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
    start: undefined,
    end: undefined,
    last: undefined,
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
  if (row.type === 'trace_start') scan.start ??= row;
  if (row.type === 'trace_end') scan.end = row;
  scan.lacking.add(row);
  if (row.type === 'frame' && 'file' in row.data) scan.named.add(framePath(row.data.frame));
  if (row.type === 'tree' && 'sha256' in row.data) scan.named.add(treePath(row.data.sha256));
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
  const last = scan.last ?? start;
  // This process's monotonic time has nothing to do with that of the one that recorded.
  const monotonic = (): number => last.mono_ms + Math.max(0, clock.now() - last.ts_ms);
  const reserve = new Reserve(join(dir, RESERVE));
  const journal = new Journal(
    { path: join(dir, JOURNAL), runId: start.run_id, clock: { now: () => clock.now(), monotonic }, reserve },
    { rows: scan.shape.rows, bytes: scan.shape.bytes, lastHash: scan.lastHash },
  );
  try {
    for (const row of scan.lacking.rows('the recording ended before it was there'))
      scan.tally.add(journal.append(row.type, row.data, 'must', RECOVERY));
    for (const fault of faults) scan.tally.add(journal.append('fault', fault, 'must', RECOVERY));
    const end = journal.append('trace_end', endData(scan, last), 'must', RECOVERY);
    scan.shape.rows = journal.end.rows;
    scan.shape.bytes = journal.end.bytes;
    scan.lastHash = journal.end.lastHash;
    return end;
  } finally {
    journal.close();
  }
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

const RECOVERY: RowAbout = { actor: { kind: 'system', id: 'recovery' } };
