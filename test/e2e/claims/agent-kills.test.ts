// The agent inside is killed twice in the middle of a trace. `npm run soak` kills it fifty times.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AgentDesktop } from '../../support/killed-agent.ts';
import { seededRandom } from '../../support/random.ts';

it('an agent that is killed takes no answered command with it, and the trace says that it was gone', async (t) => {
  await using desktop = await AgentDesktop.start();
  const { answered, slowestMs } = await desktop.killInTrace(2, seededRandom(1));
  t.diagnostic(`${answered} answered, commands worked again after ${Math.round(slowestMs)} ms at the most`);
  assert.ok(answered > 10);
});
