// Predicate's page, row by row: the types of events, the fields of each, and which of them come by themselves.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { AgentRuntime, buildTraceIndex, createTracer, Tracer } from '../../../sdk/index.ts';
import type { TraceEvent } from '../../../sdk/agent-tracing/sinks/sink.ts';
import { kindOf } from '../../../trace/predicate/event.ts';
import { parsePredicateEvent } from '../../../trace/predicate/schema.ts';
import { pageRows } from '../../support/page-rows.ts';
import { assertFitsSchema } from '../../support/predicate-schema.ts';
import { GOALS, Shop, wholeRun } from './predicate-page.ts';
import { linesOf, MemorySink, PNG, temporaryFolder } from './setup.ts';

let run: TraceEvent[] = [];
before(async () => {
  run = await wholeRun();
});

const ofType = (...types: string[]): TraceEvent[] => run.filter(({ type }) => types.includes(type));
const first = (...types: string[]): Record<string, unknown> => {
  const event = ofType(...types)[0];
  assert.ok(event, types.join());
  assertFitsSchema(event);
  return event.data;
};

/** Both spellings are one thing to whoever reads: the schema, and the index. */
async function bothAreRead(types: readonly [string, string]): Promise<void> {
  const event = ofType(...types)[0];
  assert.ok(event);
  await using folder = await temporaryFolder();
  const indexes = [];
  for (const type of types) {
    parsePredicateEvent({ ...event, type });
    assertFitsSchema({ ...event, type });
    const path = join(folder.path, 'run.jsonl');
    await writeFile(path, `${JSON.stringify({ ...event, type })}\n`);
    const { summary } = await buildTraceIndex(path);
    indexes.push(summary.counters);
  }
  assert.equal(kindOf(types[0]), kindOf(types[1]));
  assert.deepEqual(indexes[0], indexes[1]);
}

const HASH = /^sha256:[0-9a-f]{64}$/;

pageRows('the table of event types', 10, {
  run_start: () => {
    assert.deepEqual(first('run_start'), { agent: 'PredicateAgent', llm_model: 'gpt-4o', config: {} });
    assert.equal(run[0]?.type, 'run_start');
  },
  step_start: () => {
    const { goal, attempt, step_id: id } = first('step_start');
    assert.deepEqual([goal, attempt], ['Click the search box', 0]);
    assert.equal(ofType('step_start')[0]?.step_id, id);
  },
  'snapshot / snapshot_taken': async () => {
    const { elements, snapshot_digest: strict, snapshot_digest_loose: loose, diagnostics } = first('snapshot');
    assert.equal((elements as object[]).length, 1);
    for (const digest of [strict, loose]) assert.match(String(digest), HASH);
    assert.ok(diagnostics);
    await bothAreRead(['snapshot', 'snapshot_taken']);
  },
  'llm_called / llm_response': async () => {
    const data = first('llm_called');
    for (const key of ['system_prompt_hash', 'user_prompt_hash', 'response_hash']) assert.match(String(data[key]), HASH);
    assert.deepEqual(data['usage'], { prompt_tokens: 1523, completion_tokens: 12, total_tokens: 1535 });
    await bothAreRead(['llm_called', 'llm_response']);
  },
  'action / action_executed': async () => {
    const kinds = ofType('action').map(({ data }) => data['kind']);
    assert.deepEqual(kinds, ['click', 'click', 'type', 'press', 'navigate', 'finish']);
    await bothAreRead(['action', 'action_executed']);
  },
  verification: () => {
    const kinds = new Set(ofType('verification').map(({ data }) => data['kind']));
    assert.deepEqual([...kinds], ['assert', 'task_done']);
    const event = ofType('verification')[0];
    // What a page's own verifiers tell is taken as well.
    for (const kind of ['captcha', 'scroll']) assertFitsSchema({ ...event, data: { ...event?.data, kind } });
  },
  recovery: () => {
    assert.equal(first('recovery')['strategy'], 'retry');
    assert.deepEqual(ofType('error', 'recovery').map(({ type }) => type), ['error', 'recovery']);
  },
  step_end: () => {
    const parts = Object.keys(first('step_end'));
    for (const part of ['pre', 'llm', 'exec', 'post', 'verify']) assert.ok(parts.includes(part), part);
    assert.equal(ofType('step_end').length, GOALS.length + 1);
  },
  run_end: () => {
    for (const status of ['success', 'failure', 'partial', 'unknown'] as const) {
      const sink = new MemorySink();
      new Tracer('run', sink).emitRunEnd(5, status);
      assert.deepEqual(sink.events[0]?.data, { steps: 5, status });
    }
    assert.equal(run.at(-1)?.type, 'run_end');
  },
  error: () => {
    const failed = ofType('action').find(({ data }) => data['element_id'] === 99);
    const { data } = ofType('error')[0] ?? {};
    assert.deepEqual(data, { step_id: failed?.step_id, error: 'Element not found: id=99', attempt: 0 });
  },
}); // prettier-ignore

const each = (check: (event: TraceEvent, index: number) => void): void => run.forEach(check);
pageRows('the envelope', 8, {
  v: () => each(({ v }) => assert.equal(v, 1)),
  type: () => each(({ type }) => assert.ok(kindOf(type))),
  ts: () => each(({ ts }) => assert.match(ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  run_id: () => each((event) => assert.equal(event.run_id, 'a1b2c3d4-e5f6-7890-abcd-ef1234567890')),
  seq: () => each(({ seq }, index) => assert.equal(seq, index + 1)),
  step_id: () =>
    each((event) => {
      const isOfRun = ['run_start', 'run_end'].includes(event.type);
      if (isOfRun) assert.ok(!('step_id' in event));
      else assert.match(event.step_id ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    }),
  data: () => each(({ data }) => assert.equal(typeof data, 'object')),
  ts_ms: () => each(({ ts, ts_ms }) => assert.equal(ts_ms, Date.parse(ts))),
});

/** The fields of an object as the page has them: `*` for a list's entries. */
function assertFields(data: unknown, fields: readonly string[]): void {
  for (const field of fields) {
    const value = field.split('.').reduce<unknown>((at, key) => {
      const list = key === '*' && Array.isArray(at) ? (at as unknown[])[0] : undefined;
      return list ?? (at as Record<string, unknown> | undefined)?.[key];
    }, data);
    assert.notEqual(value, undefined, `${field} in ${JSON.stringify(data)}`);
  }
}

const SNAPSHOT = [
  'step_id', 'snapshot_id', 'snapshot_digest', 'snapshot_digest_loose', 'url', 'element_count', 'timestamp',
  'diagnostics.confidence', 'diagnostics.reasons', 'diagnostics.metrics.ready_state', 'diagnostics.metrics.quiet_ms',
  'diagnostics.metrics.node_count', 'diagnostics.metrics.interactive_count', 'diagnostics.captcha.detected',
  'diagnostics.captcha.provider_hint', 'diagnostics.captcha.confidence', 'diagnostics.captcha.evidence',
  'elements.*.id', 'elements.*.role', 'elements.*.text', 'elements.*.importance', 'elements.*.bbox.x', 'elements.*.bbox.y',
  'elements.*.bbox.width', 'elements.*.bbox.height', 'elements.*.visual_cues.is_primary', 'elements.*.visual_cues.is_clickable',
  'elements.*.in_viewport', 'elements.*.is_occluded', 'elements.*.z_index', 'screenshot_base64', 'screenshot_format',
]; // prettier-ignore
const LLM = [
  'step_id', 'model', 'temperature', 'system_prompt_hash', 'user_prompt_hash', 'response_text', 'response_hash',
  'usage.prompt_tokens', 'usage.completion_tokens', 'usage.total_tokens',
]; // prettier-ignore
const STEP_END = [
  'v', 'step_id', 'step_index', 'goal', 'attempt', 'pre.url', 'pre.snapshot_digest', 'pre.snapshot_digest_loose',
  'llm.response_text', 'llm.response_hash', 'llm.usage.prompt_tokens', 'llm.usage.completion_tokens', 'llm.usage.total_tokens',
  'action.kind', 'action.element_id', 'action.raw', 'exec.success', 'exec.outcome', 'exec.action', 'exec.element_id',
  'exec.duration_ms', 'exec.url_changed', 'exec.bounding_box.x', 'exec.bounding_box.y', 'exec.bounding_box.width',
  'exec.bounding_box.height', 'post.url', 'post.snapshot_digest', 'post.snapshot_digest_loose', 'verify.passed',
  'verify.policy', 'verify.signals.url_changed', 'verify.signals.assertions.*.label', 'verify.signals.assertions.*.passed',
  'verify.signals.assertions.*.required', 'verify.signals.task_done', 'recovery',
]; // prettier-ignore
const VERIFICATION = ['step_id', 'passed', 'kind', 'label', 'required', 'reason', 'details', 'signals'];

pageRows('the fields of events', 10, {
  run_start: () => assertFields(first('run_start'), ['agent', 'llm_model', 'config']),
  step_start: () => {
    assertFields(ofType('step_start')[1]?.data, ['step_id', 'step_index', 'goal', 'attempt', 'pre_url']);
    assert.equal(first('step_start')['step_index'], 1);
  },
  'snapshot / snapshot_taken': () => {
    assert.equal(SNAPSHOT.length, 32);
    assertFields(first('snapshot'), SNAPSHOT);
  },
  llm_called: () => {
    assert.equal(LLM.length, 10);
    assertFields(first('llm_called'), LLM);
  },
  'action / action_executed': () => {
    const done = (kind: string): Record<string, unknown> =>
      ofType('action').find(({ data }) => data['kind'] === kind)?.data ?? {};
    assertFields(done('click'), ['kind', 'element_id', 'raw']);
    assert.equal(done('click')['raw'], 'CLICK(42)');
    assert.equal(done('type')['text'], 'search query');
    assert.equal(done('press')['key'], 'Enter');
    assert.equal(done('navigate')['url'], 'https://example.org');
    assert.equal(done('finish')['raw'], 'FINISH()');
  },
  verification: () => {
    const told = ofType('verification').find(({ data }) => data['label'] === 'Search box is visible');
    assertFields(told?.data, VERIFICATION);
    assert.deepEqual([told?.data['reason'], told?.data['required']], ['Element found with matching text', true]);
  },
  recovery: () => {
    const { step_id: id, ...rest } = first('recovery');
    assert.ok(id);
    assert.deepEqual(rest, { strategy: 'retry', attempt: 1 });
  },
  step_end: () => {
    assert.equal(STEP_END.length, 37);
    assertFields(first('step_end'), STEP_END);
    assert.equal(first('step_end')['recovery'], null);
  },
  run_end: () => assert.deepEqual(first('run_end'), { steps: 6, status: 'success' }),
  error: () => assertFields(first('error'), ['step_id', 'attempt', 'error']),
}); // prettier-ignore

pageRows('the example of a trace', 6, {
  run_start: async () => assert.equal((await exampleIndex()).summary.agent_name, 'PredicateAgent'),
  step_start: async () => {
    const [, step] = (await exampleIndex()).steps;
    assert.deepEqual([step?.goal, step?.url_before], ['Click the search box', 'https://amazon.com']);
  },
  snapshot_taken: async () => assert.equal((await exampleIndex()).summary.counters.snapshot_count, 1),
  llm_called: async () => assert.equal((await exampleIndex()).steps[1]?.counters.llm_calls, 1),
  action_executed: async () => {
    const { type, target_element_id: target, success } = (await exampleIndex()).steps[1]?.action ?? {};
    assert.deepEqual([type?.toLowerCase(), target, success], ['click', 42, true]);
  },
  step_end: async () => assert.equal((await exampleIndex()).steps[1]?.status, 'success'),
});

/** The six lines of the page. */
async function exampleIndex(): ReturnType<typeof buildTraceIndex> {
  const step_id = 'b2c3d4e5-f6a7-8901-bcde-f12345678901';
  const place = { step_id, step_index: 1, goal: 'Click the search box', attempt: 0 };
  const exec = { success: true, outcome: 'dom_updated', duration_ms: 234 };
  const usage = { prompt_tokens: 1523, completion_tokens: 12 };
  const llm = { response_text: 'CLICK(42)', response_hash: 'sha256:...' };
  const seen = (url: string, snapshot_digest: string): object => ({ url, snapshot_digest });
  const rows: [string, string, object][] = [
    ['run_start', '00.000', { agent: 'PredicateAgent', llm_model: 'gpt-4o', config: {} }],
    ['step_start', '00.100', { ...place, pre_url: 'https://amazon.com' }],
    ['snapshot_taken', '01.000', { snapshot_digest: 'sha256:abc123...', snapshot_digest_loose: 'sha256:def456...', url: 'https://amazon.com', element_count: 127 }],
    ['llm_called', '02.000', { step_id, model: 'gpt-4o', ...llm, usage: { ...usage, total_tokens: 1535 } }],
    ['action_executed', '03.000', { kind: 'click', element_id: 42, ...exec }],
    ['step_end', '03.500', { ...place, pre: seen('https://amazon.com', 'sha256:abc123...'), llm: { ...llm, usage }, exec, post: seen('https://amazon.com', 'sha256:xyz789...'), verify: { passed: true, policy: 'default' } }],
  ]; // prettier-ignore
  const lines = rows.map(([type, second, data], index) => {
    const step = type === 'run_start' ? {} : { step_id };
    const ts = `2025-12-26T10:00:${second}Z`;
    return JSON.stringify({ v: 1, type, ts, run_id: 'a1b2c3d4', seq: index + 1, ...step, data });
  });
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'trace.jsonl');
  await writeFile(path, `${lines.join('\n')}\n`);
  return await buildTraceIndex(path);
}

/** What is in the trace of a run that is begun in this way. */
async function typesOf(work: (runtime: AgentRuntime) => void | Promise<void>): Promise<string[]> {
  const sink = new MemorySink();
  await work(new AgentRuntime(new Shop(), new Tracer('run', sink)));
  return sink.events.map(({ type }) => type);
}

/** In a folder of its own: the traces of this process lie below it. */
async function inFolder<T>(work: () => Promise<T>): Promise<T> {
  await using folder = await temporaryFolder();
  const back = process.cwd();
  process.chdir(folder.path);
  try {
    return await work();
  } finally {
    process.chdir(back);
  }
}

pageRows('the summary of what is emitted by itself', 4, {
  run_start: () =>
    inFolder(async () => {
      const cases: [object, number][] = [[{}, 1], [{ autoEmitRunStart: false }, 0], [{ auto_emit_run_start: false }, 0]]; // prettier-ignore
      for (const [index, [options, events]] of cases.entries()) {
        await (await createTracer({ runId: `run-${index}`, ...options })).close();
        assert.equal((await linesOf(`traces/run-${index}.jsonl`)).length, events);
      }
    }),
  step_start: async () => {
    assert.deepEqual(await typesOf((runtime) => void runtime.beginStep('go')), ['step_start']);
    for (const opted of [{ emitTrace: false }, { emit_trace: false }])
      assert.deepEqual(await typesOf((runtime) => void runtime.beginStep('go', 1, opted)), []);
  },
  snapshot: async () => {
    assert.deepEqual(
      await typesOf(async (runtime) => {
        await runtime.snapshot();
      }),
      ['snapshot'],
    );
    for (const opted of [{ emitTrace: false }, { emit_trace: false }])
      assert.deepEqual(
        await typesOf(async (runtime) => {
          await runtime.snapshot(opted);
        }),
        [],
      );
  },
  run_end: () =>
    inFolder(async () => {
      await (await createTracer({ runId: 'run' })).close();
      assert.ok((await linesOf('traces/run.jsonl')).every(({ type }) => type !== 'run_end'));
    }),
});

pageRows('the key fields of a snapshot', 4, {
  screenshot_base64: () => assert.equal(first('snapshot')['screenshot_base64'], PNG),
  screenshot_format: () => assert.equal(first('snapshot')['screenshot_format'], 'png'),
  step_index: () => assert.equal(first('snapshot')['step_index'], 1),
  step_id: () => {
    assert.equal(first('snapshot')['step_id'], first('step_start')['step_id']);
    assert.equal(ofType('snapshot')[0]?.step_id, first('step_start')['step_id']);
  },
});
