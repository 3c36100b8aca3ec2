// The server is killed in the middle of a trace: nothing that was answered is lost. `npm run soak` kills it fifty times.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertNothingLost, KilledServer } from '../../support/killed-server.ts';
import { seededRandom } from '../../support/random.ts';

describe('a server that is killed in the middle of a trace', () => {
  let server: KilledServer;
  before(async () => {
    server = await KilledServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  for (const seed of [1, 2, 3]) {
    it(`finds its desktop again and finishes the trace with all that was answered (seed ${seed})`, async (t) => {
      const killed = await server.kill(seededRandom(seed));
      t.diagnostic(`${killed.answered.length} answered, desktop back after ${Math.round(killed.backMs)} ms`);
      assert.ok(
        killed.answered.some(({ success }) => success) && killed.answered.some(({ success }) => !success),
      );
      assertNothingLost(killed);
    });
  }
});
