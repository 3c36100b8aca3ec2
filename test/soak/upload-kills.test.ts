// A hundred uploads whose client is killed, and a hundred whose server is, at seeded moments: everything arrives once.
import { describe, it } from 'node:test';
import { killClient, killServer } from '../unit/agent-tracing/upload-kills.ts';

const KILLS = 100;

describe('an upload', () => {
  for (let seed = 1001; seed <= 1000 + KILLS; seed += 1) {
    it(`whose client is killed is ended by the next (seed ${seed})`, () => killClient(seed));
    it(`whose server is killed goes on when it is back (seed ${seed})`, () => killServer(seed));
  }
});
