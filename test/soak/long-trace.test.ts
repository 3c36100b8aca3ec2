// Ten thousand commands in one trace: memory stays flat, stop is quick, the archive verifies and is read in a moment.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { longTrace } from '../unit/recorder/long-trace.ts';

const COMMANDS = 10_000;

it(`a trace of ${COMMANDS} commands costs no more than a short one`, async (t) => {
  const { stopMs, readMs, memory } = await longTrace(COMMANDS);
  for (const { commands, held, rss } of memory) {
    t.diagnostic(`after ${commands} commands ${mib(held)} MiB held, ${mib(rss)} MiB resident`);
  }
  t.diagnostic(`stop ${Math.round(stopMs)} ms, read ${Math.round(readMs)} ms; the archive verifies`);
  const [first, ...later] = memory;
  assert.ok(first);
  for (const { held } of later) assert.ok(held - first.held < 4 * 2 ** 20);
  assert.ok(stopMs < 2000);
  assert.ok(readMs < 3000);
});

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
