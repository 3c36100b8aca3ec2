// What opens a long trace's archive, in a process of its own each time, as a person does who runs a script on it; and beside
// it, by turns, what the same bytes cost without any reader: yauzl's listing, and JSON.parse of each row.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { saveClicks } from '../test/unit/recorder/record-clicks.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { statsOf } from './stats.ts';

const COMMANDS = 10_000;
const SAMPLES = 20;
const CHILD = join(import.meta.dirname, 'reader-child.ts');

export async function benchReader(_: BenchServer, report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-reader-'));
  try {
    const path = join(folder, 'long.zip');
    await saveClicks(COMMANDS, 0, path);
    const ours: number[] = [];
    const plain: number[] = [];
    for (let count = 0; count < SAMPLES; count += 1) {
      ours.push(await opened('reader', path));
      plain.push(await opened('plain', path));
    }
    report.times(`open an archive of ${COMMANDS} commands`, ours, 'p50 < 1000 ms');
    report.times('the same by yauzl and JSON.parse, no row checked', plain, '');
    const ratio = (key: 'p50' | 'p99'): string => (statsOf(ours)[key] / statsOf(plain)[key]).toFixed(2);
    report.row('ratio', ratio('p50'), ratio('p99'), String(SAMPLES), '');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds. */
async function opened(way: 'reader' | 'plain', path: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, way, path]);
  return Number(stdout);
}
