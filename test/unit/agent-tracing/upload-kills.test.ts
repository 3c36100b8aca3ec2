// A SIGKILL in the middle of an upload, to its client or to its server: everything arrives once, and nothing twice.
import { describe, it } from 'node:test';
import { killClient, killServer } from './upload-kills.ts';

/** `npm run soak` has 100 of each. */
const KILLS = 3;

describe('an upload', () => {
  for (let seed = 1; seed <= KILLS; seed += 1) {
    it(`whose client is killed is ended by the next (seed ${seed})`, () => killClient(seed));
    it(`whose server is killed goes on when it is back (seed ${seed})`, () => killServer(seed));
  }
});
