// The metrics, as Prometheus reads them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommandCall, CommandOutcome } from '../../../server/commands/observer.ts';
import { CommandMetrics } from '../../../server/metrics/command-metrics.ts';
import { RecorderMetrics } from '../../../server/recorder/metrics.ts';
import { metricsText } from '../../../server/metrics/metrics-text.ts';

const CALL: CommandCall = {
  callId: 'c',
  requestId: undefined,
  command: 'left_click',
  params: {},
  actor: { kind: 'agent', id: 'a' },
  session: 's',
  stepId: undefined,
};
const DONE: CommandOutcome = {
  success: true,
  result: {},
  error: undefined,
  durationMs: 3,
  image: undefined,
};

describe('the metrics', () => {
  const metrics = new CommandMetrics();
  metrics.onReply(CALL, DONE);
  metrics.onReply(CALL, { ...DONE, durationMs: 700 });
  metrics.onReply(CALL, {
    ...DONE,
    success: false,
    error: { code: 'timeout', message: '' },
    durationMs: 99_000,
  });
  const recorder = new RecorderMetrics();
  recorder.fault('picture');
  recorder.fault('picture');
  const text = metricsText({
    desktops: [
      { state: 'ready', recorder: { active: 't' } },
      { state: 'ready', recorder: { active: undefined } },
      { state: 'lost', recorder: { active: undefined } },
    ],
    commands: metrics,
    recorder,
  });
  const value = (sample: string): string | undefined =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.slice(sample.length + 1);

  it('count desktops and traces', () => {
    assert.equal(value('deskreel_desktops{state="ready"}'), '2');
    assert.equal(value('deskreel_desktops{state="lost"}'), '1');
    assert.equal(value('deskreel_desktops{state="paused"}'), '0');
    assert.equal(value('deskreel_traces_recording'), '1');
  });

  it('count commands by name and outcome, and how long they took', () => {
    assert.equal(value('deskreel_commands_total{command="left_click",outcome="success"}'), '2');
    assert.equal(value('deskreel_commands_total{command="left_click",outcome="timeout"}'), '1');
    const bucket = (le: string): string | undefined =>
      value(`deskreel_command_duration_seconds_bucket{command="left_click",le="${le}"}`);
    assert.deepEqual(['0.001', '0.005', '0.5', '2', '60', '+Inf'].map(bucket), [
      '0',
      '1',
      '1',
      '2',
      '2',
      '3',
    ]);
    assert.equal(value('deskreel_command_duration_seconds_count{command="left_click"}'), '3');
    assert.equal(value('deskreel_command_duration_seconds_sum{command="left_click"}'), '99.703');
  });

  it('count what the recorder could not do', () => {
    assert.equal(value('deskreel_recorder_faults_total{part="picture"}'), '2');
    assert.equal(value('deskreel_recorder_faults_total{part="journal"}'), '0');
  });

  it('are text in which every sample has its type', () => {
    for (const line of text.trim().split('\n')) {
      assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+)$/);
    }
    assert.ok(text.endsWith('\n'));
  });
});
