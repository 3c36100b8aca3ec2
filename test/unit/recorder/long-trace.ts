// A trace of many commands: what it costs to keep, to stop, to verify and to read.
import assert from 'node:assert/strict';
import { readTrace } from '../../../sdk/index.ts';
import { checkSealed } from './check.ts';
import { bench } from './bench.ts';
import { recordClicks } from './record-clicks.ts';

export interface LongTrace {
  /** Milliseconds. */
  readonly stopMs: number;
  readonly readMs: number;
  /** Bytes of the heap that the second half of the commands added, after garbage was collected. */
  readonly grownBytes: number;
}

/** Records so many clicks that lead from screen to screen, stops, verifies, reads. Needs `--expose-gc` to tell of memory. */
export async function longTrace(commands: number): Promise<LongTrace> {
  await using it = await bench();
  const id = await it.start();
  let halfway = 0;
  await recordClicks(it, commands, (count) => {
    if (count === Math.floor(commands / 2)) halfway = heap();
  });
  const grownBytes = heap() - halfway;
  const from = performance.now();
  const { summary } = await it.recorder.stop();
  const stopMs = performance.now() - from;
  assert.equal(summary?.steps, commands);
  const { path } = await it.store.archive(id);
  await checkSealed(path);
  const before = performance.now();
  const { events } = await readTrace(path);
  const readMs = performance.now() - before;
  assert.equal(events.length, commands + 2);
  return { stopMs, readMs, grownBytes };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
