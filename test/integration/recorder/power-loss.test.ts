// `durability: "power"`: what was answered is on the disk itself. `npm run soak` takes the power twenty times.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { losePower } from './power-loss.ts';

describe('a disk that loses power in the middle of a trace', () => {
  it('keeps every answered command, with durability "power"; the desktop goes on meanwhile', async (t) => {
    const { answered, missing, failed, faults } = await losePower('power', 3, 7);
    t.diagnostic(`${answered} answered, ${missing} missing`);
    assert.equal(missing, 0);
    assert.equal(failed, 0);
    assert.deepEqual(faults, []);
  });

  it('takes some without, and what is left is recovered all the same', async (t) => {
    const { answered, missing, failed } = await losePower('process', 1, 8);
    t.diagnostic(`${answered} answered, ${missing} missing`);
    assert.ok(missing > 0);
    assert.equal(failed, 0);
  });
});
