// Ten thousand commands in one trace: memory stays flat, stop is quick, the archive verifies and is read in a moment.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { it } from 'node:test';
import { longTrace } from '../unit/recorder/long-trace.ts';

const COMMANDS = 10_000;

it(`a trace of ${COMMANDS} commands costs no more than a short one`, async (t) => {
  setFlagsFromString('--expose-gc');
  const { stopMs, readMs, grownBytes } = await longTrace(COMMANDS);
  t.diagnostic(
    `stop ${Math.round(stopMs)} ms, read ${Math.round(readMs)} ms, heap +${Math.round(grownBytes / 2 ** 20)} MiB`,
  );
  assert.ok(stopMs < 2000);
  assert.ok(readMs < 3000);
  assert.ok(grownBytes < 16 * 2 ** 20);
});
