// A desktop that keeps dying is let be for a while, not for good.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Patience } from '../../../server/desktops/patience.ts';

const MINUTE_MS = 60_000;

describe('the patience with a desktop that keeps dying', () => {
  it('ends after three restarts in five minutes, and is back when they are over, however often it was asked', () => {
    let nowMs = 0;
    const patience = new Patience({ monotonic: () => nowMs });
    const allowed: number[] = [];
    // The keeper looks once a minute; the desktop is dead each time.
    for (; nowMs <= 12 * MINUTE_MS; nowMs += MINUTE_MS) {
      if (!patience.allows('d-1')) continue;
      allowed.push(nowMs / MINUTE_MS);
      patience.restarted('d-1');
    }
    assert.deepEqual(allowed, [0, 1, 2, 5, 6, 7, 10, 11, 12]);
    assert.ok(patience.allows('d-2'), 'each desktop has its own');
  });
});
