// The power of a disk fails twenty times in the middle of a trace.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { losePower } from '../integration/recorder/power-loss.ts';

const TIMES = 20;
const SEED = Number(process.env['SEED'] ?? 20);

it(`the loss of power takes no answered command, ${TIMES} times (SEED=${SEED})`, async (t) => {
  const { answered, missing, failed, faults } = await losePower('power', TIMES, SEED);
  t.diagnostic(`${TIMES} losses of power: ${answered} commands answered, ${missing} missing`);
  assert.deepEqual({ missing, failed, faults }, { missing: 0, failed: 0, faults: [] });
});
