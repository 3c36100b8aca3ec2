// A trace of many commands: what it costs to keep, to stop, to verify and to read.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../../server/clock.ts';
import { readTrace } from '../../../sdk/index.ts';
import { checkSealed } from './check.ts';
import { bench } from './bench.ts';
import { recordClicks } from './record-clicks.ts';

export interface LongTrace {
  /** Milliseconds. */
  readonly stopMs: number;
  readonly readMs: number;
  /** What the process held at a tenth, half and all of the commands, after garbage was collected. */
  readonly memory: readonly Memory[];
}

/** Bytes. */
export interface Memory {
  readonly commands: number;
  /** Of the heap, and outside of it what buffers hold. */
  readonly held: number;
  readonly rss: number;
}

/** Between two looks at the memory. Bytes. */
const FALLING = 512 * 1024;

/** Collects garbage. Only a context that is made after the flag is set has the function. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Records so many clicks that lead from screen to screen, stops, verifies, reads. */
export async function longTrace(commands: number): Promise<LongTrace> {
  await using it = await bench();
  const id = await it.start();
  const collect = garbageCollector();
  const memory: Memory[] = [];
  const looks = [0.1, 0.5, 1].map((part) => Math.ceil(commands * part));
  await recordClicks(it, commands, async (recorded) => {
    if (looks.includes(recorded)) memory.push(await memoryAt(recorded, collect));
  });
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
  return { stopMs, readMs, memory };
}

/** What is under way is not what is kept: looks until it falls no more. */
async function memoryAt(commands: number, collect: () => void): Promise<Memory> {
  let last = Infinity;
  for (;;) {
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    const held = heapUsed + external;
    if (held > last - FALLING) return { commands, held, rss };
    last = held;
    await systemClock.sleep(500);
  }
}
