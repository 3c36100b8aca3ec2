// Two hundred kills of the server on one folder and one desktop, each in the middle of something: commands, the stop of a
// trace, the next start, a download, a cut, a redaction, an export.
import { it } from 'node:test';
import { MOMENTS, type Moment } from '../support/kill-moments.ts';
import { KilledServer } from '../support/killed-server.ts';
import { seededRandom } from '../support/random.ts';

const KILLS = Number(process.env['KILLS'] ?? 200);
const SEED = Number(process.env['SEED'] ?? 50);

it(`a server that is killed ${KILLS} times loses nothing that was answered (SEED=${SEED})`, async (t) => {
  const random = seededRandom(SEED);
  await using server = await KilledServer.start();
  const during: Partial<Record<Moment, { rounds: number; late: number }>> = {};
  while (server.totals.kills < KILLS) {
    const moment = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? 'commands';
    const { answered, late, backMs, tookMs } = await server.kill(moment, random);
    const { rounds, late: lates } = during[moment] ?? { rounds: 0, late: 0 };
    during[moment] = { rounds: rounds + 1, late: lates + Number(late) };
    const times = `back after ${Math.round(backMs)} ms, ${Math.round(tookMs)} ms in all`;
    // Diagnostics come at the end of a test; this one is long.
    process.stderr.write(
      `kill ${server.totals.kills}: ${moment}${late ? ' (done before)' : ''}, ${answered} answered, ${times}\n`,
    );
  }
  await server.verifyAll();
  const { kills, answered, missing, verified } = server.totals;
  t.diagnostic(
    `${kills} kills, ${answered} commands answered, ${missing} missing, ${verified} archives verified`,
  );
  t.diagnostic(`rounds by moment, and those that were done before the kill: ${JSON.stringify(during)}`);
});
