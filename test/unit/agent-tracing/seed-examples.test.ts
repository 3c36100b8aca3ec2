// The examples of Predicate's tracing page, in TypeScript, as they read there. A page stands for the browser.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import sharp from 'sharp';
import {
  AgentRuntime,
  computeSnapshotDigests,
  createLocalTracer,
  createTracer,
  formatSnapshotForLlm,
  JsonlTraceSink,
  PredicateAgent,
  Tracer,
  TraceSink,
  type AgentConfig,
  type AgentTraceEvent,
  type Snapshot,
  type SnapshotSource,
  type TraceLogger,
} from '../../../sdk/index.ts';
import { kindOf } from '../../../trace/predicate/event.ts';
import { parsePredicateEvent, PREDICATE_SCHEMA } from '../../../trace/predicate/schema.ts';
import { linesOf, MemorySink, PNG, snapshotOf, temporaryFolder, type Folder } from './setup.ts';

/** A shop: each click leads to another page. */
class Page implements SnapshotSource {
  #clicks = 0;
  snapshot(): Promise<Snapshot> {
    const url = `https://amazon.com/${['', 'search', 'headphones', 'cart'][this.#clicks] ?? 'end'}`;
    const snapshot = snapshotOf([100, 950], { url, screenshot: PNG });
    const [button] = snapshot.elements;
    if (button) button.text = `Page ${'x'.repeat(this.#clicks)}`;
    return Promise.resolve(snapshot);
  }
  act(): Promise<{ success: boolean }> {
    this.#clicks += 1;
    return Promise.resolve({ success: true });
  }
}

const llm = (): string => 'CLICK(1)';

describe('the examples of the page', () => {
  let folder: Folder;
  const cwd = process.cwd();
  beforeEach(async () => {
    folder = await temporaryFolder();
    process.chdir(folder.path);
  });
  afterEach(async () => {
    process.chdir(cwd);
    await folder[Symbol.asyncDispose]();
  });
  const typesIn = async (path: string): Promise<string[]> => (await linesOf(path)).map(({ type }) => type);

  it('Basic Usage', async () => {
    // 1. Create a tracer with JSONL file sink
    const tracer = new Tracer({
      runId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
      sink: new JsonlTraceSink('trace.jsonl'),
    });
    // 2. Create agent with tracer and config
    const config: AgentConfig = {
      snapshotLimit: 50,
      temperature: 0,
      maxRetries: 1,
      captureScreenshots: true,
    };
    const agent = new PredicateAgent(new Page(), llm, { tracer, config });
    // 3. Execute actions (automatically traced)
    await agent.act('Click the search box');
    // 4. Close tracer (flushes to disk)
    await tracer.close();
    const events = await linesOf('trace.jsonl');
    assert.deepEqual(
      events.map(({ type }) => kindOf(type)),
      ['step_start', 'snapshot', 'llm', 'action', 'verification', 'snapshot', 'step_end'],
    );
    for (const event of events) parsePredicateEvent(event);
    const end = events.at(-1)?.data as Record<string, Record<string, unknown>>;
    assert.equal(end['pre']?.['url'], 'https://amazon.com/');
    assert.equal(end['post']?.['url'], 'https://amazon.com/search');
    assert.deepEqual(Object.keys(end), [
      'v',
      'step_id',
      'step_index',
      'goal',
      'attempt',
      'pre',
      'llm',
      'action',
      'exec',
      'post',
      'verify',
      'recovery',
    ]);
  });

  it('Auto-Emit, and Disabling Auto-Emit', async () => {
    const tracer = new Tracer({ run_id: 'my-run', sink: new JsonlTraceSink('trace.jsonl') });
    const runtime = new AgentRuntime(new Page(), tracer);
    runtime.beginStep('look');
    // Default: auto-emit is enabled (emitTrace: true)
    await runtime.snapshot();
    // Disable auto-emit for manual control
    const snapshot = await runtime.snapshot({ emitTrace: false });
    // Later, manually emit the snapshot when ready
    tracer.emitSnapshot({ snapshot, step_id: runtime.stepId ?? '', step_index: runtime.stepIndex });
    await tracer.close();
    const [, automatic, manual] = await linesOf('trace.jsonl');
    for (const event of [automatic, manual]) {
      const { url, element_count, step_index, screenshot_base64, screenshot_format } = event?.data ?? {};
      assert.deepEqual(
        [url, element_count, step_index, screenshot_base64, screenshot_format],
        ['https://amazon.com/', 2, 1, PNG, 'png'],
      );
    }
  });

  it('Screenshot Processing: PII Redaction', async () => {
    const redactPii = async (screenshotBase64: string): Promise<string> => {
      const image = sharp(Buffer.from(screenshotBase64, 'base64')).negate({ alpha: false });
      return (await image.png().toBuffer()).toString('base64');
    };
    const tracer = await createTracer({ runId: 'redacted', screenshotProcessor: redactPii });
    tracer.emitSnapshot(snapshotOf([1], { screenshot: PNG }));
    await tracer.close();
    const [, event] = await linesOf('traces/redacted.jsonl');
    assert.notEqual(event?.data['screenshot_base64'], PNG);
    const pixel = await sharp(Buffer.from(String(event?.data['screenshot_base64']), 'base64'))
      .raw()
      .toBuffer();
    const before = await sharp(Buffer.from(PNG, 'base64')).raw().toBuffer();
    assert.equal(pixel[0], 255 - (before[0] ?? 0));
  });

  it('Screenshot Processing: Simple Example (No Dependencies)', async () => {
    const sizes: number[] = [];
    const logScreenshot = (screenshotBase64: string): string => {
      sizes.push((screenshotBase64.length * 3) / 4 / 1024);
      return screenshotBase64;
    };
    const tracer = await createTracer({ run_id: 'logged', screenshot_processor: logScreenshot });
    tracer.emitSnapshot(snapshotOf([1], { screenshot: PNG }));
    await tracer.close();
    assert.equal(sizes.length, 1);
  });

  it('Tracer Factory Auto-Emits run_start', async () => {
    const given = { goal: 'Add headphones to cart', agentType: 'Amazon Shopping Agent', llmModel: 'gpt-4o' };
    const tracer = await createTracer({ runId: 'my-run-123', ...given, startUrl: 'https://www.amazon.com' });
    await tracer.close();
    const [start] = await linesOf('traces/my-run-123.jsonl');
    assert.deepEqual(start?.data, {
      agent: 'Amazon Shopping Agent',
      llm_model: 'gpt-4o',
      config: { goal: 'Add headphones to cart', start_url: 'https://www.amazon.com' },
    });
    await (await createTracer({ runId: 'silent', auto_emit_run_start: false })).close();
    assert.deepEqual(await linesOf('traces/silent.jsonl'), []);
  });

  it('Complete Trace Lifecycle', async () => {
    // 1. Create tracer - run_start is auto-emitted
    const tracer = await createTracer({ run_id: 'complete-example', goal: 'Search' });
    const runtime = new AgentRuntime(new Page(), tracer);
    // 2. Begin step - step_start is auto-emitted
    runtime.beginStep('Click the search button', 1, { preUrl: 'https://example.com' });
    // 3. Take snapshot - snapshot is auto-emitted
    await runtime.snapshot();
    // 4. Emit run_end, then close
    tracer.emitRunEnd({ steps: 1, status: 'success' });
    await tracer.close();
    assert.deepEqual(await typesIn('traces/complete-example.jsonl'), [
      'run_start',
      'step_start',
      'snapshot',
      'run_end',
    ]);
    const [, step] = await linesOf('traces/complete-example.jsonl');
    assert.equal(step?.data['pre_url'], 'https://example.com');
  });

  it('Snapshot Digests (Loop Detection), and LLM Prompt Formatting', async () => {
    const page = new Page();
    const snap = await page.snapshot();
    const digests = computeSnapshotDigests(snap.elements);
    assert.match(digests['strict'], /^sha256:/);
    await page.act();
    const next = computeSnapshotDigests((await page.snapshot()).elements);
    assert.notEqual(next.strict, digests.strict);
    assert.equal(next.loose, digests.loose);
    assert.equal(
      formatSnapshotForLlm(snap, { limit: 1 }),
      '[1] <button> "Page " {CLICKABLE} @ (0,0) (Imp:100)',
    );
  });

  it('Always close the tracer, and Non-Blocking Trace Uploads', async () => {
    const tracer = createLocalTracer('demo');
    try {
      tracer.emit('custom', {});
    } finally {
      await tracer.close({ blocking: false });
    }
    await tracer.close();
    assert.deepEqual((await readdir('traces')).sort(), ['demo.index.json', 'demo.jsonl']);
    assert.match(await readFile(join('traces', 'demo.jsonl'), 'utf8'), /"type":"custom"/);
  });

  it('Custom Trace Sinks', async () => {
    class CustomTraceSink extends TraceSink {
      readonly stored: AgentTraceEvent[] = [];
      override emit(event: AgentTraceEvent): void {
        this.stored.push(event);
      }
      override close(): Promise<void> {
        return Promise.resolve();
      }
    }
    const sink = new CustomTraceSink();
    const tracer = new Tracer({ runId: 'custom', sink });
    tracer.emitRunStart('Agent');
    await tracer.close();
    assert.equal(sink.stored[0]?.type, 'run_start');
    assert.equal(tracer.getSinkType(), 'CustomTraceSink');
  });

  it('Custom Logger Implementation', async () => {
    const lines: string[] = [];
    class CustomLogger implements TraceLogger {
      info(message: string): void {
        lines.push(`[INFO] ${message}`);
      }
      warn(message: string): void {
        lines.push(`[WARN] ${message}`);
      }
      error(message: string): void {
        lines.push(`[ERROR] ${message}`);
      }
    }
    await (await createTracer({ runId: 'demo', logger: new CustomLogger() })).close();
    assert.deepEqual(lines, ['[INFO] 💾 [Predicate] Local tracing: traces/demo.jsonl']);
  });
});

describe('the schema of events', () => {
  it('tells types apart by their name, and takes both spellings', () => {
    const event = (type: string, data: object): object => ({
      v: 1,
      type,
      ts: '2025-12-26T10:00:00.000Z',
      run_id: 'run',
      seq: 1,
      data,
    });
    for (const type of ['snapshot', 'snapshot_taken']) {
      parsePredicateEvent(event(type, { url: 'u', element_count: 0 }));
      assert.throws(() => parsePredicateEvent(event(type, { url: 7 })), /url/);
    }
    assert.throws(() => parsePredicateEvent(event('error', { agent: 'a' })), /step_id/);
    assert.throws(() => parsePredicateEvent(event('run_end', { steps: 1, status: 'good' })), /status/);
    assert.throws(() => parsePredicateEvent(event('other', {})), /type/);
    assert.ok(JSON.stringify(PREDICATE_SCHEMA).includes('"const":"snapshot_taken"'));
  });

  it('takes what the tracer writes', () => {
    const sink = new MemorySink();
    const tracer = new Tracer('run', sink);
    tracer.emitRunStart('Agent', 'model', { goal: 'g' });
    tracer.emitStepStart('s', 1, 'go');
    tracer.emitSnapshot(snapshotOf([1], { screenshot: PNG }), 's', 1);
    tracer.emitError('s', 'no');
    tracer.emitRunEnd(1, 'partial');
    for (const event of sink.events) parsePredicateEvent(event);
  });
});
