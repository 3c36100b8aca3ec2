// The Docker engine is restarted twice in the middle of a trace, in order and by a kill: an engine of the test's own.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { restartEngine } from '../support/restarted-engine.ts';

for (const liveRestore of [false, true]) {
  const containers = liveRestore ? 'outlive it' : 'end with it';
  it(`an engine that is restarted twice takes no answered command with it; containers ${containers}`, async (t) => {
    const { answered, backMs, states, archives } = await restartEngine({ liveRestore }, [
      'SIGTERM',
      'SIGKILL',
    ]);
    const back = backMs.map((ms) => `${Math.round(ms)} ms`).join(' and ');
    t.diagnostic(`2 restarts, ${answered} commands answered, 0 missing, ${archives} archives verified`);
    t.diagnostic(`commands worked again ${back} after the engine; the trace says: ${states.join(', ')}`);
    assert.ok(states.includes('agent_back') || liveRestore);
  });
}
