// A real desktop filmed while programs change it by themselves, and left in peace while they do not.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { rowsOf } from '../../support/saved-trace.ts';

const COUNTED = '/tmp/counted';
/** A window that counts by itself, twice a second. */
const COUNTER = `for n in $(seq 1 8); do clear; echo "count $n"; sleep 0.5; done; touch ${COUNTED}; sleep 60`;
const IDLE_MS = 5000;
/** Until the last number is drawn and filmed, on a machine that is busy. */
const SETTLED_MS = 3000;

describe('a trace with video', () => {
  let desk: TestComputer;
  before(async () => {
    desk = await startComputer({ resolution: '1024x768' });
  });
  after(() => desk[Symbol.asyncDispose]());

  it('shows what changed between the commands, when it changed, and nothing in between', async () => {
    await desk.tracing.start({ video: true });
    await desk.desktop.launch('xfce4-terminal', ['--hide-scrollbar', '-e', `bash -c '${COUNTER}'`]);
    await desk.desktop.runCommand(`until [ -e ${COUNTED} ]; do sleep 0.1; done`, { timeout: 60 });
    await pause(IDLE_MS);
    const trace = await desk.stopTrace();
    const filmed = rowsOf(trace.rows, 'frame').filter(({ data }) => data.when === 'video');
    assert.ok(filmed.length >= 8, `${filmed.length} frames`);
    const last = filmed.at(-1)?.mono_ms ?? 0;
    const end = rowsOf(trace.rows, 'trace_end')[0]?.mono_ms ?? 0;
    assert.ok(end - last > IDLE_MS - SETTLED_MS, `the last frame is ${end - last} ms older than the end`);
  });
});
