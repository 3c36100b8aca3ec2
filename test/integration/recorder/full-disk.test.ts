// A full disk refuses commands that could not be recorded, keeps what was answered, and is over when there is room again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillAgainAndAgain } from './full-disk-rounds.ts';
import { onSmallDisk } from './on-small-disk.ts';

interface Results {
  first: { answered: number; refusal: string };
  again: string;
  replies: string[];
  nextCall: string;
  start: string;
  state: string;
  summary: { steps: number; errors: number; screenshots: number };
  bytes: number;
}

interface RoomResults {
  unasked: string[];
  segments: number;
  newest: boolean;
  start: string;
  traced: number;
  refusal: string;
  left: number;
  faults: string[];
}

describe('a full disk', () => {
  it('refuses the next command, keeps every answer, and records again when there is room', async () => {
    const results = (await onSmallDisk('full-disk-child.ts', 3)) as Results;
    assert.equal(results.first.refusal, 'storage_full');
    assert.ok(results.first.answered > 10);
    assert.equal(results.again, 'none');
    // What was under way when the disk filled up is recorded from the reserve; nothing new begins.
    assert.deepEqual([...new Set(results.replies)], ['none']);
    assert.equal(results.nextCall, 'storage_full');
    assert.equal(results.start, 'storage_full');
    assert.equal(results.state, 'sealed');
    assert.equal(results.summary.steps, results.first.answered + 1 + results.replies.length);
    assert.equal(results.summary.errors, 0);
    assert.ok(results.bytes > 100_000);
  });

  // test/soak/full-disk.test.ts has twenty.
  it('that is full three times in one trace takes no answered command with it', async (t) => {
    t.diagnostic(await fillAgainAndAgain(3, 5));
  });

  it('takes from the flight recorder first: the oldest goes, and a trace has all that is left', async () => {
    const results = (await onSmallDisk('flight-room-child.ts', 3)) as RoomResults;
    assert.deepEqual([...new Set(results.unasked)], ['none']);
    assert.ok(results.segments > 1);
    assert.ok(results.newest, 'the newest command is kept, whatever had to go for it');
    assert.equal(results.start, 'none');
    assert.ok(results.traced > 10, `${results.traced} commands were traced`);
    assert.equal(results.refusal, 'storage_full');
    assert.ok(results.left < 150_000, `the flight recorder has ${results.left} bytes yet`);
    assert.deepEqual(results.faults, []);
  });
});
