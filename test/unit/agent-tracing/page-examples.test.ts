// The examples of Predicate's page that need more than a file: a server to upload to, a crash; and those of single calls.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  AgentRuntime,
  createTracer,
  JsonlTraceSink,
  PredicateAgent,
  Tracer,
  type AgentConfig,
} from '../../../sdk/index.ts';
import { entriesOf } from '../../support/exports.ts';
import { Shop } from './predicate-page.ts';
import { linesOf, MemoryLogger, PNG, snapshotOf, temporaryFolder, type Folder } from './setup.ts';
import { uploadServer, type UploadServer } from './upload-server.ts';

const llm = (): string => 'CLICK(42)';
const VARIABLES = ['DESKREEL_DATA', 'DESKREEL_URL'];

describe('an example of the page', () => {
  let folder: Folder;
  let server: UploadServer;
  let kept: NodeJS.ProcessEnv = {};
  const back = process.cwd();
  beforeEach(async () => {
    folder = await temporaryFolder();
    server = await uploadServer(folder.path);
    kept = { ...process.env };
    const [data = '', url = ''] = VARIABLES;
    process.env[data] = join(folder.path, 'client');
    // Where the page's tracers go without being told.
    process.env[url] = server.url;
    process.chdir(folder.path);
  });
  afterEach(async () => {
    process.chdir(back);
    process.env = kept;
    await server.close();
    await folder[Symbol.asyncDispose]();
  });
  const runs = async (): Promise<string[]> => (await server.traces()).map(({ run_id: id }) => id).sort();
  const pending = (): Promise<string[]> => readdir(join(folder.path, 'client', 'traces', 'pending'));

  it('Using emitSnapshot() Directly', async () => {
    const tracer = new Tracer({ runId: 'my-run', sink: new JsonlTraceSink('trace.jsonl') });
    // Emit snapshot event with screenshot for Studio visualization
    tracer.emitSnapshot({
      snapshot: snapshotOf([950], { screenshot: PNG }),
      stepId: 'step-1',
      stepIndex: 1,
      screenshotFormat: 'png',
    });
    await tracer.close();
    const [event] = await linesOf('trace.jsonl');
    assert.deepEqual([event?.type, event?.step_id, event?.data['step_index']], ['snapshot', 'step-1', 1]);
    assert.deepEqual([event?.data['screenshot_base64'], event?.data['screenshot_format']], [PNG, 'png']);
  });

  it('AgentRuntime Auto-Emits step_start, and Emitting run_end', async () => {
    const tracer = new Tracer({ runId: 'my-run', sink: new JsonlTraceSink('trace.jsonl') });
    const runtime = new AgentRuntime(new Shop(), tracer);
    // step_start is automatically emitted when you begin a step
    const stepId = runtime.beginStep({
      goal: 'Click the search button',
      stepIndex: 1,
      preUrl: 'https://example.com', // Optional: URL before step
    });
    // After all steps are complete, emit run_end
    tracer.emitRunEnd({
      steps: 1, // Total number of steps executed
      status: 'success', // "success", "failure", "partial", or "unknown"
    });
    // Then close the tracer to upload
    await tracer.close();
    const [start, end] = await linesOf('trace.jsonl');
    const place = { step_id: stepId, step_index: 1, goal: 'Click the search button', attempt: 0 };
    assert.deepEqual(start?.data, { ...place, pre_url: 'https://example.com' });
    assert.deepEqual(end?.data, { steps: 1, status: 'success' });
  });

  it('Function Signature', async () => {
    const tracer = await createTracer({
      apiKey: null,
      runId: null,
      apiUrl: null,
      logger: null,
      uploadTrace: false,
      goal: null,
      agentType: null,
      llmModel: null,
      startUrl: null,
      screenshotProcessor: null,
    });
    await tracer.close();
    const [start] = await linesOf(`traces/${tracer.getRunId()}.jsonl`);
    assert.deepEqual(start?.data, { agent: 'Agent', config: {} });
  });

  it('Quick Start, AgentConfig Options, and Enable screenshots for debugging', async () => {
    // 1. Create tracer with automatic tier detection
    const tracer = await createTracer({
      apiKey: server.token, // Pro/Builder/Teams/Enterprise tier key
      runId: 'demo',
      uploadTrace: true,
      goal: 'Add headphones to cart',
      agentType: 'Amazon Shopping Agent',
      llmModel: 'gpt-4o',
      startUrl: 'https://www.amazon.com',
    });
    const config: AgentConfig = {
      // Snapshot settings
      snapshotLimit: 50, // Max elements to include (default: 50)
      // LLM settings
      temperature: 0, // LLM temperature 0.0-1.0 (default: 0.0)
      maxRetries: 1,
      captureScreenshots: true,
    };
    // 2. Create agent with tracer
    const agent = new PredicateAgent(new Shop(), llm, { tracer, config });
    // 3. Use agent normally - all actions traced
    await agent.act('Click the search box');
    // 4. Close and upload
    await tracer.close();
    assert.deepEqual(await runs(), ['demo']);
    assert.deepEqual(await pending(), []);
    const [{ trace_id: id } = { trace_id: '' }] = await server.traces();
    const files = await entriesOf(await server.bytes(`/v1/traces/${id}/export/predicate`));
    const events = [...files].filter(([name]) => name.endsWith('.jsonl')).join('\n');
    for (const type of ['run_start', 'step_start', 'action', 'step_end']) {
      assert.ok(events.includes(`"type":"${type}"`), type);
    }
  });

  it('Crash and Recovery, and Monitor cache directory', async () => {
    // Run 1: Agent crashes mid-execution
    const sdk = import.meta.resolve('../../../sdk/index.ts');
    const script = `
      import { createTracer } from ${JSON.stringify(sdk)};
      const tracer = await createTracer({ apiKey: process.env.KEY, runId: 'run-1', uploadTrace: true, goal: 'Buy' });
      tracer.emitStepStart('s-1', 1, 'Click');
      process.kill(process.pid, 'SIGKILL');`;
    const env = { ...process.env, KEY: server.token };
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: 'inherit' });
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    assert.ok((await pending()).includes('run-1.jsonl'));
    assert.deepEqual(await runs(), []);
    // Run 2: SDK automatically recovers
    const logger = new MemoryLogger();
    const tracer = await createTracer({ apiKey: server.token, runId: 'run-2', uploadTrace: true, logger });
    assert.ok(logger.lines.includes('info: Found 1 un-uploaded trace(s)'));
    assert.deepEqual(await runs(), ['run-1']);
    await tracer.close();
    assert.deepEqual(await runs(), ['run-1', 'run-2']);
  });

  it('Use try/finally for cleanup', async () => {
    const tracer = await createTracer({
      apiKey: server.token,
      runId: 'run-123',
      uploadTrace: true,
      goal: 'Complete task',
      agentType: 'My Agent',
      llmModel: 'gpt-4o',
      startUrl: 'https://example.com',
      screenshotProcessor: null, // function for PII redaction
    });
    const agent = new PredicateAgent(new Shop(), llm, { tracer });
    try {
      // Agent code
      await agent.act('Do something');
    } finally {
      await tracer.close(); // Ensures upload even on errors
    }
    assert.deepEqual(await runs(), ['run-123']);
  });

  it('Blocking vs Non-Blocking, and Progress Callbacks', async () => {
    const given = { apiKey: server.token, uploadTrace: true, goal: 'Example task', llmModel: 'gpt-4o' };
    const lines: string[] = [];
    const progress = (uploadedBytes: number, totalBytes: number): void => {
      lines.push(`Upload progress: ${((uploadedBytes / totalBytes) * 100).toFixed(1)}%`);
    };
    const blocking = await createTracer({ ...given, runId: 'run-123' });
    await blocking.close({ blocking: true, onProgress: progress });
    assert.deepEqual(await runs(), ['run-123']);
    assert.equal(lines.at(-1), 'Upload progress: 100.0%');
    const behind = await createTracer({ ...given, runId: 'run-124' });
    await behind.close({ blocking: false });
    await behind.close();
    assert.deepEqual(await runs(), ['run-123', 'run-124']);
  });
});
