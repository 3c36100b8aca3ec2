// The runtime of an agent, on a source of the user's own: steps, snapshots, statements, loops.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../protocol/snapshot/snapshot.ts';
import type { Action } from '../../../sdk/agent-runtime/actions.ts';
import type { AgentConfig } from '../../../sdk/agent-runtime/config.ts';
import type { Predicate } from '../../../sdk/agent-runtime/predicates.ts';
import { AgentRuntime } from '../../../sdk/agent-runtime/runtime.ts';
import type { SnapshotOptions, SnapshotSource } from '../../../sdk/agent-runtime/source.ts';
import { Tracer } from '../../../sdk/agent-tracing/tracer.ts';
import { MemorySink, PNG, snapshotOf } from '../agent-tracing/setup.ts';

/** A counter with one button: a click on it counts up. */
class CounterPage implements SnapshotSource {
  count = 0;
  readonly asked: SnapshotOptions[] = [];

  snapshot(options: SnapshotOptions): Promise<Snapshot> {
    this.asked.push(options);
    const snapshot = snapshotOf([10, 20], { url: `https://example.com/${this.count}` });
    if (options.screenshot) snapshot.screenshot = PNG;
    for (const element of snapshot.elements) element.text = 'x'.repeat(this.count + 1);
    return Promise.resolve(snapshot);
  }

  act(action: Action): Promise<{ success: boolean; error?: string }> {
    if (action.element_id !== 1) return Promise.resolve({ success: false, error: 'no such button' });
    this.count += 1;
    return Promise.resolve({ success: true });
  }
}

function running(config?: AgentConfig): { runtime: AgentRuntime; sink: MemorySink; page: CounterPage } {
  const sink = new MemorySink();
  const page = new CounterPage();
  return { runtime: new AgentRuntime(page, new Tracer('run', sink), config), sink, page };
}

const types = (sink: MemorySink): string[] => sink.events.map(({ type }) => type);
const passing: Predicate = () => ({ passed: true, reason: 'it is so', details: { seen: 1 } });
const failing: Predicate = () => ({ passed: false });

describe('a step', () => {
  it('is begun with its row, which names the address before it', async () => {
    const { runtime, sink } = running();
    const first = runtime.beginStep('Click', 1, { preUrl: 'https://start.example' });
    await runtime.snapshot();
    const second = runtime.beginStep({ goal: 'Again', step_index: 7 });
    const third = runtime.beginStep('And again', { emitTrace: false });
    assert.equal(new Set([first, second, third]).size, 3);
    assert.equal(runtime.stepId, third);
    assert.equal(runtime.stepIndex, 8);
    const starts = sink.events.filter(({ type }) => type === 'step_start');
    assert.deepEqual(
      starts.map(({ data }) => data),
      [
        { step_id: first, step_index: 1, goal: 'Click', attempt: 0, pre_url: 'https://start.example' },
        { step_id: second, step_index: 7, goal: 'Again', attempt: 0, pre_url: 'https://example.com/0' },
      ],
    );
  });

  it('ends with what was before, done, after and verified', async () => {
    const { runtime, sink } = running();
    runtime.beginStep('Count');
    await runtime.snapshot();
    await runtime.act('CLICK(1)');
    await runtime.snapshot();
    runtime.assert(passing, 'counted', true);
    runtime.emitStepEnd();
    assert.deepEqual(types(sink), [
      'step_start',
      'snapshot',
      'action',
      'snapshot',
      'verification',
      'step_end',
    ]);
    const { pre, exec, post, verify, action } = sink.events.at(-1)?.data as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal(pre?.['url'], 'https://example.com/0');
    assert.equal(post?.['url'], 'https://example.com/1');
    assert.notEqual(pre['snapshot_digest'], post['snapshot_digest']);
    assert.equal(pre['snapshot_digest_loose'], post['snapshot_digest_loose']);
    assert.equal(exec?.['outcome'], 'navigated');
    assert.equal(exec['url_changed'], true);
    assert.deepEqual(action, { kind: 'click', element_id: 1, raw: 'CLICK(1)' });
    assert.deepEqual(verify?.['signals'], {
      url_changed: true,
      assertions: [
        { label: 'counted', passed: true, required: true, reason: 'it is so', details: { seen: 1 } },
      ],
      task_done: false,
    });
    assert.equal(verify['passed'], true);
    assert.throws(() => runtime.emitStepEnd(), { code: 'conflict' });
  });

  it('that failed says why', async () => {
    const { runtime, sink } = running();
    runtime.beginStep('Count');
    await runtime.snapshot();
    assert.deepEqual(await runtime.act({ kind: 'click', element_id: 9 }), {
      success: false,
      error: 'no such button',
    });
    const result = runtime.emitStepEnd();
    assert.deepEqual((result['exec'] as Record<string, unknown>)['error'], 'no such button');
    assert.equal((result['verify'] as Record<string, unknown>)['passed'], false);
    const action = sink.events.find(({ type }) => type === 'action');
    assert.equal(action?.data['success'], false);
    assert.equal(action.data['error'], 'no such button');
  });

  it('must be begun before it ends', () => {
    assert.throws(() => running().runtime.emitStepEnd(), { code: 'conflict' });
  });
});

describe('a snapshot', () => {
  it('is traced with its image, or left to the caller', async () => {
    const { runtime, sink } = running();
    runtime.beginStep('Look');
    await runtime.snapshot();
    assert.equal(sink.events.at(-1)?.data['screenshot_base64'], PNG);
    assert.equal(sink.events.at(-1)?.step_id, runtime.stepId);
    const snapshot = await runtime.snapshot({ emit_trace: false });
    assert.equal(types(sink).filter((type) => type === 'snapshot').length, 1);
    runtime.tracer.emitSnapshot({ snapshot, step_id: runtime.stepId ?? '', step_index: runtime.stepIndex });
    assert.equal(types(sink).filter((type) => type === 'snapshot').length, 2);
  });

  it('is taken as the configuration says', async () => {
    const { runtime, page } = running({ snapshotLimit: 3, captureScreenshots: false });
    await runtime.snapshot();
    await runtime.snapshot({ limit: 9, screenshot: true });
    assert.deepEqual(
      page.asked.map(({ limit, screenshot }) => [limit, screenshot]),
      [
        [3, false],
        [9, true],
      ],
    );
    assert.throws(() => running({ snapshotLimit: 0 }), { code: 'bad_request' });
    assert.throws(() => running({ snapshot: 1 } as AgentConfig), /no option snapshot/);
  });

  it('tells what became of the elements since the one before', async () => {
    const { runtime, sink } = running();
    await runtime.snapshot();
    await runtime.act('CLICK(1)');
    await runtime.snapshot();
    const statuses = sink.events
      .filter(({ type }) => type === 'snapshot')
      .map(({ data }) => (data['elements'] as { diff_status?: string }[]).map((one) => one.diff_status));
    assert.deepEqual(statuses, [
      [undefined, undefined],
      ['MODIFIED', 'MODIFIED'],
    ]);
  });

  it('has the fingerprints and the count of what is there, not of what is gone', async () => {
    const sink = new MemorySink();
    let shown = [10, 20, 30];
    const source = { snapshot: () => Promise.resolve(snapshotOf(shown)) };
    const runtime = new AgentRuntime(source, new Tracer('run', sink));
    runtime.beginStep('Look');
    await runtime.snapshot();
    shown = [10, 20];
    await runtime.snapshot();
    const row = sink.events.at(-1)?.data ?? {};
    const statuses = (row['elements'] as { diff_status?: string }[]).map((one) => one.diff_status);
    assert.deepEqual(statuses, [undefined, undefined, 'REMOVED']);
    const post = runtime.emitStepEnd()['post'] as Record<string, unknown>;
    assert.equal(row['snapshot_digest'], post['snapshot_digest']);
    assert.equal(row['snapshot_digest_loose'], post['snapshot_digest_loose']);
    assert.equal(row['element_count'], 2);
  });

  it('of a source that gives none is refused', async () => {
    const source = { snapshot: () => Promise.resolve({} as Snapshot) };
    const runtime = new AgentRuntime(source, new Tracer('run', new MemorySink()));
    await assert.rejects(runtime.snapshot(), /the source's snapshot/);
    await assert.rejects(runtime.act('CLICK(1)'), { code: 'unsupported' });
  });
});

describe('a statement', () => {
  it('is told with its reason and details, and its outcome is returned', async () => {
    const { runtime, sink } = running();
    const stepId = runtime.beginStep('Look');
    assert.equal(runtime.assert(passing, 'yes', true), true);
    assert.equal(runtime.assert(failing, 'no'), false);
    assert.equal(await runtime.assert(() => Promise.resolve({ passed: true }), 'later'), true);
    const [, first, second] = sink.events;
    assert.deepEqual(first?.data, {
      step_id: stepId,
      kind: 'assert',
      label: 'yes',
      passed: true,
      required: true,
      reason: 'it is so',
      details: { seen: 1 },
      signals: {},
    });
    assert.equal(second?.data['required'], false);
    assert.equal(second.step_id, stepId);
  });

  it('that throws does not hold', async () => {
    const { runtime, sink } = running();
    const thrower: Predicate = () => {
      throw new Error('no such field');
    };
    assert.equal(runtime.assert(thrower, 'x'), false);
    assert.equal(await runtime.assert(() => Promise.reject(new Error('later')), 'y'), false);
    assert.deepEqual(
      sink.events.map(({ data }) => data['reason']),
      ['the predicate threw: no such field', 'the predicate threw: later'],
    );
  });

  it('of the whole task makes it done', () => {
    const { runtime, sink } = running();
    runtime.beginStep('Look');
    assert.equal(runtime.assertDone(failing, 'bought'), false);
    assert.equal(runtime.isTaskDone, false);
    assert.equal(runtime.assertDone(passing, 'bought'), true);
    assert.equal(runtime.isTaskDone, true);
    assert.equal(sink.events.at(-1)?.data['kind'], 'task_done');
    const { signals } = runtime.emitStepEnd()['verify'] as { signals: Record<string, unknown> };
    assert.equal(signals['task_done'], true);
    assert.equal(signals['task_done_label'], 'bought');
  });

  it('sees the last snapshot', async () => {
    const { runtime } = running();
    assert.equal(
      runtime.assert(({ snapshot }) => ({ passed: snapshot === undefined }), 'none'),
      true,
    );
    await runtime.snapshot();
    assert.equal(
      runtime.assert(({ url }) => ({ passed: url === 'https://example.com/0' }), 'there'),
      true,
    );
  });
});

describe('check()', () => {
  it('looks once, or until it holds, and is told once', async () => {
    const { runtime, sink, page } = running();
    await runtime.snapshot();
    const counted: Predicate = ({ url }) => ({ passed: url === 'https://example.com/2' });
    assert.equal(await runtime.check(counted, 'two').once(), false);
    const growing: Predicate = (context) => {
      page.count += 1;
      return counted(context);
    };
    assert.equal(await runtime.check(growing, 'two').eventually({ timeout_ms: 5000, pollMs: 1 }), true);
    const told = sink.events.filter(({ type }) => type === 'verification');
    assert.deepEqual(
      told.map(({ data }) => [data['passed'], (data['details'] as { looks?: number }).looks]),
      [
        [false, undefined],
        [true, 3],
      ],
    );
    assert.equal(types(sink).filter((type) => type === 'snapshot').length, 1);
  });

  it('gives up when the time is over', async () => {
    const { runtime, sink } = running();
    assert.equal(await runtime.check(failing, 'never', true).eventually({ timeoutMs: 20, pollMs: 5 }), false);
    assert.equal(sink.events.at(-1)?.data['required'], true);
  });
});

describe('isLooping', () => {
  it('sees the same state come again and again', async () => {
    const { runtime } = running();
    await runtime.snapshot();
    await runtime.snapshot();
    assert.equal(runtime.isLooping(), false);
    await runtime.snapshot();
    assert.equal(runtime.isLooping(), true);
    await runtime.act('CLICK(1)');
    await runtime.snapshot();
    assert.equal(runtime.isLooping(), false);
  });
});
