// No export holds a trace: one of ten thousand commands with trees takes hardly more memory than one of a thousand. Each runs
// in a process of its own, whose garbage has little room. What grows is the archive's listing and a few numbers a step.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { EXPORTERS } from '../../trace/exports/registry.ts';
import { saveClicks } from '../unit/recorder/record-clicks.ts';

const [SHORT, LONG] = [1000, 10_000];
const ELEMENTS = 60;
const ROOM = ['--max-old-space-size=128', '--max-semi-space-size=4'];
/** Of nine thousand commands more. The trees and pictures of the long one would take 200 MiB. */
const MOST_MIB = 48;
const CHILD = join(import.meta.dirname, '../support/export-child.ts');

describe('the memory of an export', () => {
  let folder = '';
  const pathOf = (commands: number): string => join(folder, `${commands}.zip`);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-memory-'));
    for (const commands of [SHORT, LONG]) await saveClicks(commands, ELEMENTS, pathOf(commands));
  });
  after(() => rm(folder, { recursive: true }));

  async function peakMiB(format: string, commands: number): Promise<number> {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...ROOM,
      CHILD,
      format,
      pathOf(commands),
    ]);
    const { bytes, peakBytes } = JSON.parse(stdout) as { bytes: number; peakBytes: number };
    assert.ok(bytes > 0);
    return Math.round(peakBytes / 2 ** 20);
  }

  for (const { format } of EXPORTERS) {
    it(`${format} is that of a short trace`, async (t) => {
      const [short, long] = [await peakMiB(format, SHORT), await peakMiB(format, LONG)];
      t.diagnostic(`${SHORT} commands ${short} MiB, ${LONG} commands ${long} MiB`);
      assert.ok(long - short < MOST_MIB, `${short} MiB became ${long}`);
    });
  }
});
