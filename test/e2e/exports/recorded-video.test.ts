// A real desktop filmed while programs change it by themselves, and left in peace while they do not.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { rowsOf } from '../../support/saved-trace.ts';

/** A window that counts by itself, twice a second. */
const COUNTER = 'for n in $(seq 1 8); do clear; echo "count $n"; sleep 0.5; done; sleep 60';
/** Share of a core that the agent may take while nothing changes. */
const IDLE_SHARE = 0.03;
const IDLE_MS = 5000;

describe('a trace with video', () => {
  let desk: TestComputer;
  before(async () => {
    desk = await startComputer({ resolution: '1024x768' });
  });
  after(() => desk[Symbol.asyncDispose]());

  /** Seconds of processor time that the agent has taken: Node names its process after its main thread. */
  async function agentSeconds(): Promise<number> {
    const { stdout } = await desk.desktop.runCommand('grep -h MainThread /proc/[0-9]*/stat; getconf CLK_TCK');
    const fields = stdout.slice(stdout.lastIndexOf(')') + 2).split(/\s/);
    const [user, system, ticks] = [fields[11], fields[12], fields.at(-2)].map(Number);
    assert.ok(user && system !== undefined && ticks, stdout);
    return (user + system) / ticks;
  }

  it('shows what changed between the commands, when it changed, and costs nothing in between', async () => {
    await desk.tracing.start({ video: true });
    await desk.desktop.launch('xfce4-terminal', ['--hide-scrollbar', '-e', `bash -c '${COUNTER}'`]);
    await pause(8000);
    const from = await agentSeconds();
    await pause(IDLE_MS);
    const share = ((await agentSeconds()) - from) / (IDLE_MS / 1000);
    const trace = await desk.stopTrace();
    const filmed = rowsOf(trace.rows, 'frame').filter(({ data }) => data.when === 'video');
    assert.ok(filmed.length >= 8, `${filmed.length} frames`);
    const times = filmed.map(({ mono_ms: ms }) => ms);
    assert.ok(
      times.every((ms, index) => index === 0 || ms - (times[index - 1] ?? 0) > 100),
      'five a second at the most',
    );
    const last = times.at(-1) ?? 0;
    const end = rowsOf(trace.rows, 'trace_end')[0]?.mono_ms ?? 0;
    assert.ok(end - last > IDLE_MS, 'no frame while nothing changed');
    assert.ok(share <= IDLE_SHARE, `${share} of a core`);
  });
});
