// The tracer: events in order, with all that they need, whatever images, sinks and loggers do.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { computeSnapshotDigests } from '../../../protocol/snapshot/digests.ts';
import { TraceSink } from '../../../sdk/agent-tracing/sinks/sink.ts';
import { MultiSink } from '../../../sdk/agent-tracing/sinks/multi-sink.ts';
import { Tracer } from '../../../sdk/agent-tracing/tracer.ts';
import type { RunStatus } from '../../../trace/predicate/status.ts';
import { MemoryLogger, MemorySink, PNG, snapshotOf, stepResult } from './setup.ts';

function traced(more: object = {}): { tracer: Tracer; sink: MemorySink; logger: MemoryLogger } {
  const sink = new MemorySink();
  const logger = new MemoryLogger();
  return { tracer: new Tracer({ runId: 'run-1', sink, logger, ...more }), sink, logger };
}

/** The data of the last event. */
function lastData(sink: MemorySink): Record<string, unknown> {
  return sink.events.at(-1)?.data ?? {};
}

describe('an event', () => {
  it('carries version, type, time, run, number and data', () => {
    const { tracer, sink } = traced();
    tracer.emit('custom', { a: 1 }, 'step-1');
    tracer.emit('custom', {});
    tracer.emit('custom', {});
    const [first, second] = sink.events;
    assert.ok(first && second);
    assert.deepEqual(Object.keys(first), ['v', 'type', 'ts', 'ts_ms', 'run_id', 'seq', 'data', 'step_id']);
    assert.match(first.ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(first.ts_ms, Date.parse(first.ts));
    assert.equal(first.run_id, 'run-1');
    assert.ok(!('step_id' in second));
    assert.deepEqual(
      sink.events.map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.equal(tracer.getSeq(), 3);
  });

  it('keeps its data when the caller goes on with it', () => {
    const { tracer, sink } = traced();
    const data: Record<string, unknown> = { a: 1 };
    tracer.emit('custom', data);
    data['a'] = 2;
    assert.deepEqual(sink.events[0]?.data, { a: 1 });
  });

  it('after close() is dropped and told', async () => {
    const { tracer, sink, logger } = traced();
    await tracer.close();
    tracer.emit('custom', {});
    assert.equal(sink.events.length, 0);
    assert.match(logger.lines.join(), /warn: Trace event custom came after close/);
  });
});

describe('the events of a run', () => {
  it('have the fields of the table', () => {
    const { tracer, sink } = traced();
    tracer.emitRunStart('Agent', 'gpt-4o', { goal: 'buy', start_url: 'https://a.example' });
    assert.deepEqual(lastData(sink), {
      agent: 'Agent',
      llm_model: 'gpt-4o',
      config: { goal: 'buy', start_url: 'https://a.example' },
    });
    tracer.emitRunStart('Agent');
    assert.deepEqual(lastData(sink), { agent: 'Agent' });
    tracer.emitStepStart('s-1', 1, 'go');
    assert.deepEqual(lastData(sink), { step_id: 's-1', step_index: 1, goal: 'go', attempt: 0 });
    tracer.emitStepStart('s-1', 1, 'go', 2, 'https://a.example');
    assert.deepEqual(lastData(sink), {
      step_id: 's-1',
      step_index: 1,
      goal: 'go',
      attempt: 2,
      pre_url: 'https://a.example',
    });
    tracer.emitError('s-1', 'no');
    assert.deepEqual(lastData(sink), { step_id: 's-1', error: 'no', attempt: 0 });
    tracer.emitStepEnd('s-1', stepResult(true));
    assert.equal(lastData(sink)['v'], 1);
    tracer.emitRunEnd({ steps: 4, status: 'partial' });
    assert.deepEqual(lastData(sink), { steps: 4, status: 'partial' });
    tracer.emitRunEnd(5, 'success');
    assert.deepEqual(lastData(sink), { steps: 5, status: 'success' });
    assert.deepEqual(
      sink.events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]),
      ['run_start', 'step_start', 'error', 'step_end', 'run_end'],
    );
  });

  it('keep of the config the goal and the address only', () => {
    const { tracer, sink } = traced();
    tracer.emitRunStart('Agent', undefined, { goal: 'buy', secret: 'x' } as object);
    assert.deepEqual(lastData(sink), { agent: 'Agent', config: { goal: 'buy' } });
  });
});

describe('the final status', () => {
  const inferred = (...ends: (boolean | 'error' | 'unverified')[]): RunStatus => {
    const { tracer } = traced();
    for (const end of ends) {
      if (end === 'error') tracer.emitError('s', 'no');
      else tracer.emitStepEnd('s', end === 'unverified' ? stepResult(true, false) : stepResult(end));
    }
    return tracer.getStats().final_status;
  };

  it('is inferred from the steps', () => {
    assert.equal(inferred(), 'unknown');
    assert.equal(inferred(true, true), 'success');
    assert.equal(inferred(false), 'failure');
    assert.equal(inferred('error'), 'failure');
    assert.equal(inferred(true, 'error'), 'partial');
    assert.equal(inferred(true, false), 'partial');
    assert.equal(inferred('unverified'), 'failure');
  });

  it('that was set is kept, by close() and by run_end', async () => {
    const { tracer, sink } = traced();
    tracer.emitStepEnd('s', stepResult(true));
    tracer.setFinalStatus('failure');
    tracer.emitRunEnd(1);
    await tracer.close();
    assert.equal(lastData(sink)['status'], 'failure');
    assert.equal(tracer.getStats().final_status, 'failure');
    assert.throws(() => tracer.setFinalStatus('good' as 'success'), /none of success, failure/);
  });

  it('is inferred by run_end where none was given', () => {
    const { tracer, sink } = traced();
    tracer.emitStepEnd('s', stepResult(true));
    tracer.emitRunEnd(1);
    assert.equal(lastData(sink)['status'], 'success');
  });

  it('stands in the statistics beside steps, events and times', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { tracer } = traced({ now: () => now });
    assert.deepEqual(tracer.getStats(), {
      total_steps: 0,
      total_events: 0,
      duration_ms: null,
      final_status: 'unknown',
      started_at: null,
      ended_at: null,
    });
    tracer.emitStepStart('s-2', 2, 'go');
    tracer.emitStepStart('s-3', 3, 'again', 1);
    now += 1500;
    tracer.emitRunEnd(2, 'success');
    await tracer.close();
    assert.deepEqual(tracer.getStats(), {
      total_steps: 2,
      total_events: 3,
      duration_ms: 1500,
      final_status: 'success',
      started_at: '2026-01-01T00:00:00.000Z',
      ended_at: '2026-01-01T00:00:01.500Z',
    });
  });
});

describe('emitSnapshot', () => {
  it('writes digests, elements with scores, and the image without its beginning', () => {
    const { tracer, sink } = traced();
    const snapshot = snapshotOf([100, 300, 500], { screenshot: `data:image/png;base64,${PNG}` });
    tracer.emitSnapshot(snapshot, 's-1', 3);
    const data = lastData(sink);
    assert.equal(sink.events[0]?.type, 'snapshot');
    assert.equal(sink.events[0].step_id, 's-1');
    assert.match(String(data['snapshot_digest']), /^sha256:[0-9a-f]{64}$/);
    assert.match(String(data['snapshot_digest_loose']), /^sha256:[0-9a-f]{64}$/);
    assert.match(String(data['snapshot_id']), /^[0-9a-f-]{36}$/);
    assert.equal(data['step_index'], 3);
    assert.equal(data['element_count'], 3);
    assert.deepEqual(
      (data['elements'] as { importance_score: number }[]).map(({ importance_score }) => importance_score),
      [0, 0.5, 1],
    );
    assert.equal(data['screenshot_base64'], PNG);
    assert.equal(data['screenshot_format'], 'png');
    assert.ok(!('importance_score' in (snapshot.elements[0] ?? {})));
  });

  it('takes the format that is said, and names by keys', () => {
    const { tracer, sink } = traced();
    const snapshot = snapshotOf([7, 7], { screenshot: 'abcd' });
    tracer.emitSnapshot({ snapshot, step_id: 's-1', step_index: 1, screenshotFormat: 'png' });
    assert.equal(lastData(sink)['screenshot_format'], 'png');
    assert.equal(lastData(sink)['step_index'], 1);
    tracer.emitSnapshot(snapshot);
    assert.equal(lastData(sink)['screenshot_format'], 'jpeg');
    assert.ok(!('step_id' in lastData(sink)) && !('step_index' in lastData(sink)));
    assert.deepEqual(
      (lastData(sink)['elements'] as { importance_score: number }[]).map(
        (element) => element.importance_score,
      ),
      [0.5, 0.5],
    );
  });

  it('leaves the fingerprints to whoever reads the row, of the elements as they were', () => {
    const { tracer, sink } = traced();
    const snapshot = snapshotOf([100, 300]);
    let looks = 0;
    const [watched] = snapshot.elements;
    assert.ok(watched);
    const { visual_cues: cues } = watched;
    watched.visual_cues = {
      get is_clickable() {
        looks += 1;
        return cues.is_clickable ?? false;
      },
    };
    tracer.emitSnapshot(snapshot);
    assert.equal(looks, 0);
    const expected = computeSnapshotDigests(snapshotOf([100, 300]).elements);
    watched.text = 'changed since';
    snapshot.elements.pop();
    const data = lastData(sink);
    assert.equal(data['snapshot_digest'], expected.strict);
    assert.equal(data['snapshot_digest_loose'], expected.loose);
    assert.equal((data['elements'] as unknown[]).length, 2);
    const once = looks;
    assert.equal(data['snapshot_digest'], expected.strict);
    assert.equal(looks, once);
  });

  it('gives sinks an event that they may change', () => {
    const { tracer, sink } = traced();
    for (const emit of [() => tracer.emitSnapshot(snapshotOf([1])), () => tracer.emit('custom', { a: 1 })]) {
      emit();
      const event = sink.events.at(-1);
      assert.ok(event);
      event.data['more'] = 1;
      assert.equal(event.data['more'], 1);
      event.data = { other: 2 };
      assert.deepEqual((JSON.parse(JSON.stringify(event)) as { data: object }).data, { other: 2 });
    }
  });

  it('passes over what is no snapshot', () => {
    const { tracer, sink, logger } = traced();
    tracer.emitSnapshot(null);
    tracer.emitSnapshot(undefined);
    assert.equal(sink.events.length, 0);
    assert.equal(logger.lines.length, 2);
  });
});

describe('a screenshot processor', () => {
  const snapshot = snapshotOf([1], { screenshot: PNG });

  it('sees the image before the sink does', () => {
    const { tracer, sink } = traced({ screenshotProcessor: (image: string) => `${image}!` });
    tracer.emitSnapshot(snapshot);
    assert.equal(lastData(sink)['screenshot_base64'], `${PNG}!`);
    tracer.emit('snapshot', { screenshot_base64: 'abc' });
    assert.equal(lastData(sink)['screenshot_base64'], 'abc!');
  });

  it('that takes its time does not change the order', async () => {
    const sink = new MemorySink();
    const processor = async (image: string): Promise<string> => {
      await delay(20);
      return `${image}?`;
    };
    const tracer = new Tracer('run-1', sink, processor);
    tracer.emitStepStart('s', 1, 'go');
    tracer.emitSnapshot(snapshot);
    tracer.emitRunEnd(1, 'success');
    assert.equal(sink.events.length, 1);
    await tracer.close();
    assert.deepEqual(
      sink.events.map(({ seq, type }) => `${seq} ${type}`),
      ['1 step_start', '2 snapshot', '3 run_end'],
    );
    assert.equal(sink.events[1]?.data['screenshot_base64'], `${PNG}?`);
  });

  it('that fails leaves no image, and the reason', async () => {
    const failing = [
      () => {
        throw new Error('no eyes');
      },
      () => Promise.reject(new Error('no eyes')),
    ];
    for (const screenshotProcessor of failing) {
      const { tracer, sink } = traced({ screenshotProcessor });
      tracer.emitSnapshot(snapshot);
      await tracer.close();
      const data = lastData(sink);
      assert.equal(data['evidence'], 'screenshotProcessor failed: no eyes');
      assert.ok(!('screenshot_base64' in data) && !('screenshot_format' in data));
      assert.equal(data['element_count'], 1);
    }
  });

  it('that returns nothing leaves no image either', () => {
    const { tracer, sink } = traced({ screenshotProcessor: () => '' });
    tracer.emitSnapshot(snapshot);
    assert.equal(lastData(sink)['evidence'], 'screenshotProcessor returned no image');
    assert.ok(!('screenshot_base64' in lastData(sink)));
  });
});

describe('a sink that fails', () => {
  class Failing extends TraceSink {
    override emit(): Promise<void> {
      return Promise.reject(new Error('no room'));
    }
    override close(): Promise<void> {
      throw new Error('no end');
    }
  }

  it('does not fail the agent, and is told', async () => {
    const logger = new MemoryLogger();
    const tracer = new Tracer({ runId: 'r', sink: new Failing(), logger });
    tracer.emit('custom', {});
    await tracer.close();
    assert.deepEqual(logger.lines, [
      'error: Trace sink Failing failed: no room',
      'error: Trace sink Failing failed: no end',
    ]);
  });

  it('does not keep another from its events', async () => {
    const logger = new MemoryLogger();
    const good = new MemorySink();
    const tracer = new Tracer('r', new MultiSink([new Failing(), good], logger));
    tracer.emit('custom', {});
    await tracer.close();
    assert.equal(good.events.length, 1);
    assert.equal(good.closed, 1);
    assert.equal(logger.lines.length, 2);
    assert.equal(tracer.getSinkType(), 'MultiSink(Failing, MemorySink)');
  });
});

describe('close()', () => {
  it('ends once, calls back once, and does not mind what the callback throws', async () => {
    let called = 0;
    const onClose = (): void => {
      called += 1;
      throw new Error('mine');
    };
    const { tracer, sink, logger } = traced({ onClose });
    assert.equal(tracer.isClosed(), false);
    await Promise.all([tracer.close(), tracer.close(false), tracer.close({ blocking: true })]);
    assert.equal(tracer.isClosed(), true);
    assert.equal(sink.closed, 1);
    assert.equal(called, 1);
    assert.deepEqual(logger.lines, ['error: onClose failed: mine']);
  });

  it('that does not block resolves before the sink has closed', async () => {
    const end = Promise.withResolvers<undefined>();
    let closed = false;
    class Slow extends MemorySink {
      override async close(): Promise<void> {
        await end.promise;
        closed = true;
      }
    }
    const tracer = new Tracer('r', new Slow());
    await tracer.close({ blocking: false });
    assert.equal(closed, false);
    end.resolve(undefined);
    await tracer.close();
    assert.equal(closed, true);
  });
});

describe('a run id', () => {
  it('is one safe file name, or refused', () => {
    for (const runId of ['my-run-123', 'shopping-2025-12-26T10:00:00.000123', 'einkauf_ñ', '_x']) {
      assert.equal(new Tracer(runId, new MemorySink()).getRunId(), runId);
    }
    for (const runId of [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      '.hidden',
      'a\0',
      'a\nb',
      'x'.repeat(151),
      'a ',
      'a.',
    ]) {
      assert.throws(
        () => new Tracer(runId, new MemorySink()),
        { code: 'bad_request' },
        JSON.stringify(runId),
      );
    }
  });

  it('is made up where none is given', () => {
    assert.match(new Tracer({ sink: new MemorySink() }).getRunId(), /^[0-9a-f-]{36}$/);
  });

  it('may be written in snake_case; what is unknown is refused', () => {
    assert.equal(new Tracer({ run_id: 'r', sink: new MemorySink() }).getRunId(), 'r');
    assert.throws(() => new Tracer({ sink: new MemorySink(), runID: 'r' } as never), /no option runID/);
    assert.throws(() => new Tracer('r', {} as never), /sink must be a TraceSink/);
  });
});
