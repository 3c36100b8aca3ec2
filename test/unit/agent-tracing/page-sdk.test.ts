// Predicate's page, row by row: options and their defaults, when a snapshot is emitted by hand, fingerprints, the lines for
// a model, loggers.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, mock } from 'node:test';
import {
  AgentRuntime,
  computeSnapshotDigests,
  createTracer,
  formatSnapshotForLlm,
  PredicateAgent,
  Tracer,
  type AgentConfig,
  type CreateTracerOptions,
  type ModelRequest,
  type TraceLogger,
} from '../../../sdk/index.ts';
import type { SnapshotOptions } from '../../../sdk/agent-runtime/source.ts';
import { environment } from '../../support/environment.ts';
import { freePort } from '../../support/free-port.ts';
import { pageRows } from '../../support/page-rows.ts';
import { Shop } from './predicate-page.ts';
import { linesOf, MemoryLogger, MemorySink, PNG, snapshotOf, temporaryFolder, type Folder } from './setup.ts';

const back = process.cwd();
let folder: Folder;
let variables: Disposable;
beforeEach(async () => {
  folder = await temporaryFolder();
  process.chdir(folder.path);
  variables = environment({ DESKREEL_DATA: folder.path });
});
afterEach(async () => {
  process.chdir(back);
  variables[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

/** The `run_start` of a tracer that is made in this way. */
async function startOf(options: object): Promise<Record<string, unknown>> {
  const tracer = await createTracer(options);
  await tracer.close();
  const [start] = await linesOf(`traces/${tracer.getRunId()}.jsonl`);
  return start?.data ?? {};
}

const LOCAL = /Local tracing: traces\/run\.jsonl/;
async function toldOf(options: object): Promise<string> {
  const logger = new MemoryLogger();
  await (await createTracer({ runId: 'run', logger, ...options })).close();
  return logger.lines.join('\n');
}

/** Each with a value, without one, and with the page's own nothing. */
pageRows('the parameters of createTracer', 10, {
  api_key: async () => {
    for (const options of [{ apiKey: null }, {}, { uploadTrace: true }]) assert.match(await toldOf(options), LOCAL);
  },
  run_id: async () => {
    const tracer = await createTracer({ run_id: 'mine' });
    assert.equal(tracer.getRunId(), 'mine');
    const other = await createTracer({ run_id: null });
    assert.match(other.getRunId(), /^[0-9a-f]{8}-/);
    for (const one of [tracer, other]) await one.close();
  },
  api_url: async () => {
    const port = await freePort();
    const upload = { apiKey: 'k', uploadTrace: true, uploadTimes: { tries: 1 } };
    const told = await toldOf({ ...upload, apiUrl: `http://127.0.0.1:${port}` });
    assert.match(told, new RegExp(`warn: Cloud init failed: .*:${port}`));
    for (const options of [{}, { apiUrl: null }]) assert.match(await toldOf(options), LOCAL);
  },
  logger: async () => {
    assert.match(await toldOf({}), /^info: /);
    await (await createTracer({ runId: 'silent', logger: null })).close();
  },
  upload_trace: async () => assert.match(await toldOf({ apiKey: 'k', apiUrl: 'http://127.0.0.1:9' }), LOCAL),
  goal: async () => {
    assert.deepEqual((await startOf({ goal: 'Buy' }))['config'], { goal: 'Buy' });
    assert.deepEqual((await startOf({ goal: null }))['config'], {});
  },
  agent_type: async () => {
    assert.equal((await startOf({ agentType: 'Shopper' }))['agent'], 'Shopper');
    assert.equal((await startOf({ agent_type: null }))['agent'], 'Agent');
  },
  llm_model: async () => {
    assert.equal((await startOf({ llmModel: 'gpt-4o' }))['llm_model'], 'gpt-4o');
    assert.ok(!('llm_model' in (await startOf({ llm_model: null }))));
  },
  start_url: async () =>
    assert.deepEqual((await startOf({ startUrl: 'https://a.example' }))['config'], { start_url: 'https://a.example' }),
  screenshot_processor: async () => {
    const processor = (image: string): string => `${image}!`;
    for (const [index, screenshot_processor] of [processor, null].entries()) {
      const tracer = await createTracer({ runId: `r-${index}`, screenshot_processor });
      tracer.emitSnapshot(snapshotOf([1], { screenshot: PNG }));
      await tracer.close();
      const [, row] = await linesOf(`traces/r-${index}.jsonl`);
      assert.equal(row?.data['screenshot_base64'], screenshot_processor ? `${PNG}!` : PNG);
    }
  },
}); // prettier-ignore

/** What an agent with this configuration asks its source and its model for. */
async function asked(
  config?: AgentConfig,
): Promise<{ snapshot: SnapshotOptions; model: ModelRequest; times: number }> {
  const snapshots: SnapshotOptions[] = [];
  const requests: ModelRequest[] = [];
  class Watched extends Shop {
    override snapshot(options: SnapshotOptions = {}): ReturnType<Shop['snapshot']> {
      snapshots.push(options);
      return super.snapshot(options);
    }
  }
  const tracer = new Tracer('run', new MemorySink());
  const model = (request: ModelRequest): string => {
    requests.push(request);
    return 'CLICK(99)';
  };
  await new PredicateAgent(new Watched(), model, config ? { tracer, config } : { tracer }).act('Click');
  const [snapshot] = snapshots;
  const [request] = requests;
  assert.ok(snapshot && request);
  return { snapshot, model: request, times: requests.length };
}

pageRows('the options of AgentConfig', 4, {
  snapshot_limit: async () => {
    assert.equal((await asked()).snapshot.limit, 50);
    assert.equal((await asked({ snapshotLimit: 7 })).snapshot.limit, 7);
  },
  temperature: async () => {
    assert.equal((await asked()).model.temperature, 0);
    assert.equal((await asked({ temperature: 0.7 })).model.temperature, 0.7);
  },
  max_retries: async () => {
    assert.equal((await asked()).times, 2);
    assert.equal((await asked({ maxRetries: 0 })).times, 1);
  },
  capture_screenshots: async () => {
    assert.equal((await asked({ captureScreenshots: true })).snapshot.screenshot, true);
    assert.equal((await asked({ captureScreenshots: false })).snapshot.screenshot, false);
  },
});

function looking(): { runtime: AgentRuntime; sink: MemorySink; shop: Shop } {
  const sink = new MemorySink();
  const shop = new Shop();
  return { runtime: new AgentRuntime(shop, new Tracer('run', sink)), sink, shop };
}

pageRows('what emission by hand is for', 4, {
  batching: async () => {
    const { runtime, sink, shop } = looking();
    for (let count = 0; count < 3; count += 1) {
      await runtime.snapshot({ emitTrace: false });
      shop.done.push({ kind: 'finish' });
    }
    runtime.tracer.emitSnapshot(runtime.lastSnapshot);
    assert.deepEqual(
      sink.events.map(({ data }) => data['url']),
      ['https://example.com/2'],
    );
  },
  'custom processing': async () => {
    const { runtime, sink } = looking();
    const snapshot = await runtime.snapshot({ emitTrace: false });
    runtime.tracer.emitSnapshot({ ...snapshot, screenshot: `data:image/jpeg;base64,/9j/blurred` });
    assert.equal(sink.events[0]?.data['screenshot_base64'], '/9j/blurred');
    assert.equal(sink.events[0].data['screenshot_format'], 'jpeg');
  },
  'conditional emission': async () => {
    const { runtime, sink, shop } = looking();
    for (let count = 0; count < 3; count += 1) {
      const snapshot = await runtime.snapshot({ emitTrace: false });
      if (snapshot.url.endsWith('/1')) runtime.tracer.emitSnapshot(snapshot);
      shop.done.push({ kind: 'finish' });
    }
    assert.equal(sink.events.length, 1);
  },
  'performance optimization': async () => {
    const { runtime, sink } = looking();
    await runtime.snapshot();
    await runtime.snapshot({ emitTrace: false });
    assert.equal(sink.events.length, 1);
  },
});

const changed = (more: object): object[] => snapshotOf([10, 20]).elements.map((one) => ({ ...one, ...more }));
pageRows('the fingerprints', 2, {
  strict: () => {
    const { strict } = computeSnapshotDigests(snapshotOf([10, 20]).elements);
    assert.notEqual(computeSnapshotDigests(changed({ text: 'other' })).strict, strict);
    assert.notEqual(computeSnapshotDigests(changed({ role: 'link' })).strict, strict);
  },
  loose: () => {
    const { loose } = computeSnapshotDigests(snapshotOf([10, 20]).elements);
    assert.equal(computeSnapshotDigests(changed({ text: 'other' })).loose, loose);
    assert.notEqual(computeSnapshotDigests(changed({ role: 'link' })).loose, loose);
  },
});

function lineOf(more: object): string {
  const element = { id: 1, role: 'button', text: 'Sign In', importance: 10, bbox: { x: 100, y: 50, width: 80, height: 30 }, visual_cues: { is_primary: true, is_clickable: true } }; // prettier-ignore
  return formatSnapshotForLlm({ elements: [{ ...element, ...more }] }, { limit: 50 });
}

pageRows('the parts of a line for a model', 6, {
  '[ID]': () => assert.match(lineOf({ id: 77 }), /^\[77\] /),
  '<role>': () => assert.match(lineOf({ role: 'link' }), / <link> /),
  '"text"': () => {
    assert.equal(lineOf({}), '[1] <button> "Sign In" {PRIMARY,CLICKABLE} @ (100,50) (Imp:10)');
    assert.match(lineOf({ text: 'x'.repeat(51) }), new RegExp(`"${'x'.repeat(50)}\\.\\.\\."`));
    assert.match(lineOf({ text: 'x'.repeat(50) }), new RegExp(`"${'x'.repeat(50)}"`));
  },
  '{CUES}': () => {
    assert.match(lineOf({ visual_cues: { is_primary: false, is_clickable: true } }), / \{CLICKABLE\} /);
    assert.ok(!lineOf({ visual_cues: {} }).includes('{'));
  },
  '@ (x,y)': () => assert.match(lineOf({ bbox: { x: 7.9, y: 8, width: 1, height: 1 } }), / @ \(7,8\) /),
  '(Imp:score)': () => assert.match(lineOf({ importance: 950 }), / \(Imp:950\)$/),
});

/** What `console` was told while `work` ran. */
async function consoleOf(work: () => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const names = ['log', 'info', 'warn', 'error'] as const;
  const mocks = names.map((name) =>
    mock.method(console, name, (...said: unknown[]) => void told.push(`${name}: ${said.join(' ')}`)),
  );
  try {
    await work();
  } finally {
    for (const each of mocks) each.mock.restore();
  }
  return told;
}

pageRows('the logger', 4, {
  integration: async () => {
    // What the language has by itself, as the page does with Python's.
    const told = await consoleOf(async () => {
      await (await createTracer({ runId: 'run', logger: console })).close();
    });
    assert.deepEqual(told, ['info: 💾 [Predicate] Local tracing: traces/run.jsonl']);
  },
  monitoring: async () => {
    const levels: string[] = [];
    const level = (name: string) => (): void => void levels.push(name);
    const logger: TraceLogger = { info: level('info'), warn: level('warn'), error: level('error') };
    const tracer = await createTracer({ runId: 'run', logger });
    await tracer.close();
    tracer.emit('custom', {});
    assert.deepEqual(levels, ['info', 'warn']);
  },
  debugging: async () => {
    await writeFile(join(folder.path, 'file'), '');
    const told = await toldOf({
      onClose: () => {
        throw new Error('of mine');
      },
    });
    assert.match(told, /error: onClose failed: of mine/);
  },
  'silent mode': async () => {
    const told = await consoleOf(async () => {
      const options: CreateTracerOptions = { apiKey: 'k', uploadTrace: true, apiUrl: 'http://127.0.0.1:9' };
      const tracer = await createTracer({ runId: 'run', ...options, uploadTimes: { tries: 1 } });
      await tracer.close();
      tracer.emit('custom', {});
    });
    assert.deepEqual(told, []);
  },
});
