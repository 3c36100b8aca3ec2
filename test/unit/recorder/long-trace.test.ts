// A sample of test/soak/long-trace.test.ts, which has ten thousand commands.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { longTrace } from './long-trace.ts';

it('a trace of 300 commands stops in a moment, verifies, and is read', async () => {
  const { stopMs } = await longTrace(300);
  assert.ok(stopMs < 5000);
});
