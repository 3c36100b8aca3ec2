// Two hundred recordings killed at seeded moments, during start, stop and recovery too: nothing acknowledged is lost.
import { describe, it } from 'node:test';
import { killAndRecover } from '../unit/recorder/kills.ts';

const KILLS = 200;

describe('a recorder that is killed', () => {
  for (let seed = 1001; seed <= 1000 + KILLS; seed += 1) {
    it(`loses nothing (seed ${seed})`, () => killAndRecover(seed));
  }
});
