// What people were about to do when the server was killed, as actions: written behind the last row of the flight recorder's
// journal before it goes on. Done again, it finds nothing more to write.
import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownRow, RowData, RowType } from '../../../trace/format.ts';
import { JOURNAL } from '../../../trace/layout.ts';
import { readText } from '../../../trace/reader.ts';
import { isMissing } from '../../fs-atomic.ts';
import { Journal, type RowAbout } from '../journal.ts';
import { KILLED, Lacking } from '../lacking.ts';
import type { Captured } from '../open-calls.ts';
import { RECOVERY } from '../recovery.ts';
import { NO_RESERVE } from '../reserve.ts';
import { UnfinishedGestures, type GestureRow } from '../unfinished-gestures.ts';
import type { ClosedSegment, FlightTail } from './segments.ts';

export interface FinishParts {
  /** What would have been recorded with them. */
  readonly wanted: Captured;
  /** What could not be written, and is not told yet. */
  readonly untold: readonly RowData<'fault'>[];
}

/** What is under way for longer, in milliseconds, has told of itself meanwhile, but for a button that is held and not moved. */
const LOOK_BACK_MS = 60_000;

/** Returns where the journal ends now. Throws the file system's error. */
export function finishGestures(
  segments: readonly ClosedSegment[],
  tail: FlightTail,
  { wanted, untold }: FinishParts,
): FlightTail {
  const written = segments.filter(({ number }) => number <= tail.number);
  const gestures = unfinishedIn(written, tail.row.ts_ms);
  if (untold.some(({ commands }) => commands)) gestures.lost();
  const rows = [...gestures.rows(wanted)];
  const last = segments.find(({ number }) => number === tail.number);
  return last && rows.length > 0 ? append(join(last.dir, JOURNAL), tail, rows) : tail;
}

/** As few segments as tell of all that may be under way: the newest, as a rule. */
function unfinishedIn(segments: readonly ClosedSegment[], endMs: number): UnfinishedGestures {
  let rows: KnownRow[] = [];
  let gestures = new UnfinishedGestures();
  for (const { dir } of segments.toReversed()) {
    rows = [...rowsIn(dir), ...rows];
    gestures = new UnfinishedGestures();
    for (const row of rows) gestures.add(row);
    const fromMs = rows[0]?.ts_ms ?? endMs;
    if (!gestures.beganEarlier && fromMs < endMs - LOOK_BACK_MS) break;
  }
  return gestures;
}

function rowsIn(dir: string): KnownRow[] {
  try {
    const entries = readText(readFileSync(join(dir, JOURNAL), 'utf8'));
    return entries.flatMap((entry) => (entry.kind === 'row' ? [entry.row] : []));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function append(path: string, tail: FlightTail, rows: readonly GestureRow[]): FlightTail {
  const { row, number } = tail;
  // They happened when they happened: what is deleted by its time takes them along.
  let nowMs = row.ts_ms;
  const clock = { now: () => nowMs, monotonic: () => row.mono_ms };
  const { size, atime, mtime } = statSync(path);
  const from = { rows: row.seq, bytes: size, lastHash: tail.lastHash };
  const journal = new Journal({ path, runId: row.run_id, clock, reserve: NO_RESERVE }, from);
  const lacking = new Lacking();
  let last = row;
  const write = <T extends RowType>(type: T, data: RowData<T>, about: RowAbout): void => {
    const written = journal.append(type, data, 'must', about);
    last = written;
    lacking.add(written);
  };
  try {
    for (const { type, data, about, endedMs } of rows) {
      nowMs = endedMs;
      write(type, data, about);
    }
    for (const { type, data } of [...lacking.rows(KILLED)]) write(type, data, RECOVERY);
    return { number, row: last, lastHash: journal.end.lastHash };
  } finally {
    journal.close();
    // It tells how old the segment is.
    utimesSync(path, atime, mtime);
  }
}
