// The flight recorder's segments on disk: `<data>/flight/<desktop>/<number>/`, each laid out as a trace's folder.
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '../../../trace/format.ts';
import { lineHash } from '../../../trace/chain.ts';
import { JOURNAL } from '../../../trace/layout.ts';
import { readLine } from '../../../trace/reader.ts';
import { isMissing } from '../../fs-atomic.ts';

/** A segment that is written no more. */
export interface ClosedSegment {
  readonly number: number;
  readonly dir: string;
  /** Wall time of its last row. */
  readonly lastMs: number;
  /** Journal, pictures and trees. */
  readonly bytes: number;
}

/** Where a former process left off. */
export interface FlightTail {
  readonly number: number;
  readonly row: Envelope;
  readonly lastHash: string;
}

const NUMBER = /^\d{8}$/;

export function segmentDir(root: string, number: number): string {
  return join(root, String(number).padStart(8, '0'));
}

/** What lies under `root`, the oldest first. Small: read when a desktop is taken over. */
export function closedSegments(root: string): ClosedSegment[] {
  return namesIn(root)
    .filter((name) => NUMBER.test(name))
    .sort()
    .map((name) => closedSegment(root, Number(name)));
}

export function closedSegment(root: string, number: number): ClosedSegment {
  const dir = segmentDir(root, number);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const journal = statSync(join(dir, JOURNAL), { throwIfNoEntry: false });
  return { number, dir, lastMs: journal?.mtimeMs ?? 0, bytes };
}

/** The last whole row of the newest segment that has one; what a kill left torn after it is cut off. */
export function flightTail(segments: readonly ClosedSegment[]): FlightTail | undefined {
  for (const { number, dir } of segments.toReversed()) {
    const path = join(dir, JOURNAL);
    const found = lastRow(path);
    if (found) return { number, ...found };
  }
  return undefined;
}

function lastRow(path: string): Omit<FlightTail, 'number'> | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  for (let end = bytes.lastIndexOf('\n'); end >= 0;) {
    const start = end === 0 ? 0 : bytes.lastIndexOf('\n', end - 1) + 1;
    const text = bytes.toString('utf8', start, end);
    const entry = readLine(text, 1);
    if (entry.kind !== 'broken') {
      if (end + 1 < bytes.length) truncateSync(path, end + 1);
      return { row: entry.row, lastHash: lineHash(text) };
    }
    if (start === 0) return undefined;
    end = start - 1;
  }
  return undefined;
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
