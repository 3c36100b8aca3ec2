// The server is killed in the middle of something, once of each kind: nothing that was answered is lost, and the next start
// needs no hand. `npm run soak` kills it two hundred times.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MOMENTS } from '../../support/kill-moments.ts';
import { KilledServer } from '../../support/killed-server.ts';
import { seededRandom } from '../../support/random.ts';

describe('a server that is killed in the middle of a trace', () => {
  const random = seededRandom(1);
  let server: KilledServer;
  before(async () => {
    server = await KilledServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  for (const moment of MOMENTS) {
    it(`finds its desktop again, and all that was answered is recorded (${moment})`, async (t) => {
      const { answered, late, backMs } = await server.kill(moment, random);
      t.diagnostic(
        `${answered} answered, ${late ? 'done before the kill, ' : ''}back after ${Math.round(backMs)} ms`,
      );
      assert.ok(answered > 5);
    });
  }
});
