// Predicate's page, row by row: where a trace goes, what is logged, what survives a crash, and each message word for word.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { AgentRuntime, createTracer, type CreateTracerOptions } from '../../../sdk/index.ts';
import { pageRows } from '../../support/page-rows.ts';
import type { FaultyWay } from './faulty-way.ts';
import { Shop } from './predicate-page.ts';
import { linesOf, type MemoryLogger, PNG, snapshotOf, type Folder } from './setup.ts';
import type { UploadServer } from './upload-server.ts';
import { openUploadStage, type UploadStage } from './upload-stage.ts';

const QUICK = { askMs: 5000, quietMs: 3000, pauseMs: 5, tries: 3 };
const CLOUD = '[Predicate] Cloud tracing enabled (Pro/Builder/Teams/Enterprise tiers)';
const LOCAL = '💾 [Predicate] Local tracing: traces/demo.jsonl';

let stage: UploadStage;
let folder: Folder;
let server: UploadServer;
let way: FaultyWay;
let logger: MemoryLogger;
beforeEach(async () => {
  stage = await openUploadStage();
  ({ folder, server, way, logger } = stage);
});
afterEach(() => stage[Symbol.asyncDispose]());

const options = (more: CreateTracerOptions = {}): CreateTracerOptions => ({
  apiKey: server.token,
  apiUrl: way.url,
  runId: 'demo',
  uploadTrace: true,
  goal: 'Example task',
  logger,
  uploadTimes: QUICK,
  ...more,
});
const pendingFolder = (): string => join(folder.path, 'client', 'traces', 'pending');
const pending = async (): Promise<string[]> => {
  const names = await readdir(pendingFolder()).catch(() => [] as string[]);
  return names.filter((name) => name.endsWith('.jsonl'));
};
const runs = async (): Promise<string[]> => (await server.traces()).map(({ run_id: id }) => id).sort();

/** A run with a picture, to its end. */
async function trace(more: CreateTracerOptions = {}, end: object = {}): Promise<void> {
  const tracer = await createTracer(options(more));
  tracer.emitSnapshot(snapshotOf([1], { screenshot: PNG }));
  tracer.emitRunEnd(1, 'success');
  await tracer.close(end);
}

/** Processes that trace a run each, and are killed in the middle of it. */
async function crash(...runIds: string[]): Promise<void> {
  const traced = runIds.map(async (runId) => {
    const script = `
      import { createTracer } from '${import.meta.resolve('../../../sdk/agent-tracing/create-tracer.ts')}';
      const tracer = await createTracer(${JSON.stringify({ ...options({ runId }), logger: undefined })});
      tracer.emitStepStart('s-1', 1, 'go');
      process.stdout.write('traced');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    child.stderr.pipe(process.stderr);
    await once(child.stdout, 'data');
    return child;
  });
  for (const child of await Promise.all(traced)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

const told = (line: string): void =>
  assert.ok(logger.lines.includes(line), `${line} in\n${logger.lines.join('\n')}`);

pageRows('the tiers', 3, {
  'a key, and upload': async () => {
    await trace();
    told(`info: ${CLOUD}`);
    assert.deepEqual(await runs(), ['demo']);
  },
  'a key, and no upload': async () => {
    await trace({ uploadTrace: false });
    told(`info: ${LOCAL}`);
    assert.equal((await linesOf('traces/demo.jsonl')).length, 3);
    assert.deepEqual(way.seen, []);
  },
  'no key': async () => {
    await trace({ apiKey: undefined });
    told(`info: ${LOCAL}`);
    assert.deepEqual(way.seen, []);
  },
});

pageRows('the graceful fallback', 3, {
  'falls back to local tracing': async () => {
    way.plan = ['break'];
    const tracer = await createTracer(options());
    assert.equal(tracer.getSinkType(), 'JsonlTraceSink');
    told(`info: ${LOCAL}`);
    await tracer.close();
  },
  'the agent goes on as before': async () => {
    way.plan = ['fail'];
    const tracer = await createTracer(options());
    const runtime = new AgentRuntime(new Shop(), tracer);
    runtime.beginStep('go');
    await runtime.snapshot();
    assert.deepEqual(await runtime.act('CLICK(42)'), { success: true });
    await tracer.close();
    assert.equal((await linesOf('traces/demo.jsonl')).length, 4);
  },
  'the trace waits to be uploaded later': async () => {
    way.plan = ['fail'];
    await trace();
    assert.deepEqual(await pending(), ['demo.jsonl']);
    await trace({ runId: 'next' });
    assert.deepEqual(await runs(), ['demo', 'next']);
  },
});

/** Every message that the page quotes, raised. */
pageRows('the messages', 8, {
  [CLOUD]: async () => {
    await trace();
    told(`info: ${CLOUD}`);
  },
  [LOCAL]: async () => {
    await trace({ apiKey: undefined });
    told(`info: ${LOCAL}`);
  },
  'Cloud tracing requires Pro tier': async () => {
    way.plan = ['refuse'];
    await trace();
    told('warn: Cloud tracing requires Pro tier');
    told(`info: ${LOCAL}`);
    // What was refused is not tried again; without the wish to upload, nothing is said of it.
    assert.deepEqual(await pending(), []);
    logger.lines.length = 0;
    await trace({ runId: 'quiet', uploadTrace: false });
    assert.deepEqual(logger.lines, ['info: 💾 [Predicate] Local tracing: traces/quiet.jsonl']);
  },
  'Cloud init timeout': async () => {
    way.plan = ['silent'];
    await trace({ uploadTimes: { ...QUICK, askMs: 300 } });
    told('warn: Cloud init timeout');
    told(`info: ${LOCAL}`);
    assert.deepEqual(await pending(), ['demo.jsonl']);
  },
  'Upload failed: HTTP 500': async () => {
    way.broken = /\/trace\?/;
    await trace();
    told('error: Upload failed: HTTP 500');
    assert.deepEqual(await pending(), ['demo.jsonl']);
    way.broken = undefined;
    await trace({ runId: 'next' });
    assert.deepEqual(await runs(), ['demo', 'next']);
  },
  'Local trace preserved': async () => {
    way.broken = /\/trace\?/;
    await trace();
    const path = join(pendingFolder(), 'demo.jsonl');
    told(`warn: Local trace preserved at: ${path}`);
    assert.match(await readFile(path, 'utf8'), /run_end/);
  },
  'Found N un-uploaded trace(s)': async () => {
    await crash('run-1', 'run-2');
    await trace();
    told('info: Found 2 un-uploaded trace(s)');
  },
  'Uploaded orphaned trace: [run-id]': async () => {
    await crash('run-1');
    await trace();
    told('info: Uploaded orphaned trace: run-1');
    assert.deepEqual(await runs(), ['demo', 'run-1']);
  },
});

const matching = (pattern: RegExp): string[] => logger.lines.filter((line) => pattern.test(line));
pageRows('what gets logged', 4, {
  'file sizes': async () => {
    await trace();
    const sizes = [/^info: Trace file size: \d+\.\d\d MB$/, /^info: Screenshot total: \d+\.\d\d MB$/];
    for (const size of sizes) assert.equal(matching(size).length, 1);
  },
  'upload completion': async () => {
    await trace();
    told('info: Trace completion reported to gateway');
  },
  errors: async () => {
    way.broken = /complete/;
    await trace();
    assert.equal(matching(/^error: Upload failed: HTTP 500$/).length, 1);
  },
  warnings: async () => {
    way.broken = /complete/;
    await trace();
    assert.equal(matching(/^warn: Local trace preserved at: /).length, 1);
  },
});

pageRows('crash recovery', 9, {
  'persistent cache: in the pending folder while the run goes on': async () => {
    const tracer = await createTracer(options());
    tracer.emitStepStart('s-1', 1, 'go');
    assert.deepEqual(await pending(), ['demo.jsonl']);
    assert.equal((await linesOf(join(pendingFolder(), 'demo.jsonl'))).length, 2);
    await tracer.close();
  },
  'process crash: what was traced is on disk': async () => {
    await crash('run-1');
    const events = await linesOf(join(pendingFolder(), 'run-1.jsonl'));
    assert.deepEqual(events.map(({ type }) => type), ['run_start', 'step_start']);
  },
  'automatic recovery: the next tracer finds it': async () => {
    await crash('run-1');
    const tracer = await createTracer(options());
    told('info: Found 1 un-uploaded trace(s)');
    await tracer.close();
  },
  'auto-upload: it is uploaded, and gone from here': async () => {
    await crash('run-1');
    await (await createTracer(options())).close();
    assert.deepEqual(await runs(), ['demo', 'run-1']);
    assert.deepEqual(await pending(), []);
  },
  'cache location: <data>/traces/pending/{run_id}.jsonl': async () => {
    way.broken = /complete/;
    await trace({ runId: 'my-run' });
    assert.deepEqual(await pending(), ['my-run.jsonl']);
  },
  'auto-detection: when a tracer is made, not when it ends': async () => {
    await crash('run-1');
    const tracer = await createTracer(options());
    assert.deepEqual(await runs(), ['run-1']);
    await tracer.close();
  },
  'upload priority: what was left goes before the new run begins': async () => {
    await crash('run-1');
    await trace();
    const asked = way.seen.map((path) => path.replace(/^PUT .*/, 'PUT'));
    const completed = asked.indexOf('POST /v1/traces/complete');
    assert.ok(completed > 0 && completed < asked.lastIndexOf('POST /v1/traces/init'));
  },
  'error handling: what cannot be uploaded stays for the next time': async () => {
    await crash('run-1');
    way.broken = /./;
    await trace();
    assert.deepEqual(await pending(), ['demo.jsonl', 'run-1.jsonl']);
    way.broken = undefined;
    await trace({ runId: 'next' });
    assert.deepEqual(await runs(), ['demo', 'next', 'run-1']);
  },
  'manual cleanup: whoever deletes a waiting trace breaks nothing': async () => {
    await crash('run-1');
    await rm(pendingFolder(), { recursive: true });
    await trace();
    assert.deepEqual(await runs(), ['demo']);
  },
}); // prettier-ignore

pageRows('what cloud tracing is for', 5, {
  'traces are at the server': async () => {
    await trace();
    assert.deepEqual(await runs(), ['demo']);
    const { traces } = JSON.parse(String(await server.bytes('/api/traces/list'))) as { traces: { run_id: string }[] };
    assert.deepEqual(traces.map(({ run_id: id }) => id), ['demo']);
  },
  'screenshots too': async () => {
    await trace();
    assert.equal(way.seen.filter((path) => /PUT .*\/screenshots\/1$/.test(path)).length, 1);
  },
  'crash recovery': async () => {
    await crash('run-1');
    await trace();
    assert.ok((await runs()).includes('run-1'));
  },
  'non-blocking uploads': async () => {
    const tracer = await createTracer(options());
    tracer.emitRunEnd(1, 'success');
    await tracer.close({ blocking: false });
    assert.deepEqual(await runs(), []);
    await tracer.close();
    assert.deepEqual(await runs(), ['demo']);
  },
  'no network in the way of the agent': async () => {
    const tracer = await createTracer(options());
    way.seen = [];
    for (let step = 0; step < 100; step += 1) tracer.emitStepStart(`s-${step}`, step, 'go');
    assert.equal((await linesOf(join(pendingFolder(), 'demo.jsonl'))).length, 101);
    assert.deepEqual(way.seen, []);
    await tracer.close();
  },
}); // prettier-ignore

pageRows('the best practices', 4, {
  'the tracer is always closed': async () => {
    const agent = async (): Promise<void> => {
      const tracer = await createTracer(options());
      try {
        throw new Error('the agent fails');
      } finally {
        await tracer.close();
      }
    };
    await assert.rejects(agent(), /the agent fails/);
    assert.deepEqual(await runs(), ['demo']);
  },
  'uploads need not block': async () => {
    const tracer = await createTracer(options());
    await tracer.close(false);
    await tracer.close();
    assert.deepEqual(await runs(), ['demo']);
  },
  'run ids and metadata say something': async () => {
    const runId = `amazon-shopping-${new Date('2025-12-26T10:00:00Z').toISOString()}`;
    const goal = 'Buy a laptop from Amazon';
    await trace({ runId, goal, agentType: 'Amazon Shopping Agent', llmModel: 'gpt-4o', startUrl: 'https://www.amazon.com' });
    const [uploaded] = await server.traces();
    assert.deepEqual([uploaded?.run_id, uploaded?.name], ['amazon-shopping-2025-12-26T10:00:00.000Z', goal]);
  },
  'screenshots for debugging': async () => {
    const tracer = await createTracer(options());
    await new AgentRuntime(new Shop(), tracer, { capture_screenshots: true }).snapshot();
    await tracer.close();
    assert.ok(way.seen.includes('POST /v1/screenshots/init'));
  },
}); // prettier-ignore

pageRows('blocking, or not', 2, {
  blocking: async () => {
    await trace({}, { blocking: true });
    assert.deepEqual(await runs(), ['demo']);
  },
  'with progress, in per cent': async () => {
    const percents: number[] = [];
    await trace({}, { on_progress: (done: number, total: number) => void percents.push((done / total) * 100) });
    assert.equal(percents.at(-1), 100);
    assert.deepEqual(percents, percents.toSorted((a, b) => a - b));
  },
}); // prettier-ignore
