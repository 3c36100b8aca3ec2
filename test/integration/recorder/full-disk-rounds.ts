// A disk that is full again and again in the middle of one trace: no answered command is missing, every refusal says why.
import assert from 'node:assert/strict';
import { z } from 'zod';
import { onSmallDisk } from './on-small-disk.ts';

const Results = z.object({
  state: z.literal('sealed'),
  answered: z.number(),
  missing: z.array(z.string()),
  refusals: z.record(z.string(), z.number()),
  faults: z.array(z.string()),
});

/** Returns what happened, in words. */
export async function fillAgainAndAgain(rounds: number, seed: number): Promise<string> {
  const found = await onSmallDisk('full-disk-rounds-child.ts', 6, String(rounds), String(seed));
  const { answered, missing, refusals, faults } = Results.parse(found);
  assert.deepEqual(missing, []);
  assert.deepEqual(faults, []);
  assert.equal(refusals['storage_full'], rounds, JSON.stringify(refusals));
  assert.deepEqual(Object.keys(refusals).sort(), ['none', 'storage_full']);
  assert.ok(answered >= rounds);
  return `${rounds} times full: ${answered} commands answered, all recorded; ${rounds} refused; the archive verifies`;
}
