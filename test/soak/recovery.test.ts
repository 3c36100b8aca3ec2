// Fifty kills of the server on one folder and one desktop, each in the middle of a trace.
import { it } from 'node:test';
import { assertNothingLost, KilledServer } from '../support/killed-server.ts';
import { seededRandom } from '../support/random.ts';

const KILLS = 50;
const SEED = Number(process.env['SEED'] ?? 50);

it(`a server that is killed ${KILLS} times loses nothing that was answered (SEED=${SEED})`, async (t) => {
  const random = seededRandom(SEED);
  await using server = await KilledServer.start();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const killed = await server.kill(random);
    t.diagnostic(
      `kill ${kill}: ${killed.answered.length} answered, back after ${Math.round(killed.backMs)} ms`,
    );
    assertNothingLost(killed);
  }
});
