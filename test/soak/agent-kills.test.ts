// Fifty kills of the agent inside of one desktop, ten in each of five traces.
import { it } from 'node:test';
import { AgentDesktop } from '../support/killed-agent.ts';
import { seededRandom } from '../support/random.ts';

const TRACES = 5;
const KILLS = 10;
const SEED = Number(process.env['SEED'] ?? 53);

it(`an agent that is killed ${TRACES * KILLS} times takes no answered command with it (SEED=${SEED})`, async (t) => {
  const random = seededRandom(SEED);
  await using desktop = await AgentDesktop.start();
  for (let trace = 1; trace <= TRACES; trace += 1) {
    const { answered, slowestMs } = await desktop.killInTrace(KILLS, random);
    t.diagnostic(
      `trace ${trace}: ${KILLS} kills, ${answered} commands answered, 0 missing, verified; ` +
        `commands worked again after ${Math.round(slowestMs)} ms at the most`,
    );
  }
});
