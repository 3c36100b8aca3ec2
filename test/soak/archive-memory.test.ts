// The archive of a long trace is written in little more memory than that of a short one, in a process of its own, whose
// garbage has little room: what grows is the list of its files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { bench } from '../unit/recorder/bench.ts';
import { elementsOf, recordClicks } from '../unit/recorder/record-clicks.ts';

const [SHORT, LONG] = [1000, 10_000];
const ELEMENTS = 60;
const ROOM = ['--max-old-space-size=128', '--max-semi-space-size=4'];
const MOST_MIB = 64;
const CHILD = join(import.meta.dirname, '../support/archive-child.ts');

async function peakMiB(commands: number): Promise<number> {
  await using it_ = await bench();
  it_.guest.elements = elementsOf(0, ELEMENTS);
  const id = await it_.start({ accessibility_tree: true });
  await recordClicks(it_, commands);
  await it_.recorder.stop();
  await it_.store.archive(id);
  const { dir } = await it_.store.open(id);
  const args = [...ROOM, CHILD, dir, id, join(it_.data, 'key')];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { bytes, peakBytes } = JSON.parse(stdout) as { bytes: number; peakBytes: number };
  assert.ok(bytes > 1000 * commands);
  return Math.round(peakBytes / 2 ** 20);
}

it(`an archive of ${LONG} commands is written in the memory of one of ${SHORT}`, async (t) => {
  const [short, long] = [await peakMiB(SHORT), await peakMiB(LONG)];
  t.diagnostic(`${SHORT} commands ${short} MiB, ${LONG} commands ${long} MiB`);
  assert.ok(long - short < MOST_MIB, `${short} MiB became ${long}`);
});
