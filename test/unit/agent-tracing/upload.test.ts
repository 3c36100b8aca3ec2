// Uploads of runs to Deskreel's own server: everything there once, nothing twice, the local copy gone only then.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createTracer, type CreateTracerOptions } from '../../../sdk/agent-tracing/create-tracer.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { entriesOf } from '../../support/exports.ts';
import type { FaultyWay } from './faulty-way.ts';
import { MemoryLogger, PNG, snapshotOf, stepResult, type Folder } from './setup.ts';
import type { UploadServer } from './upload-server.ts';
import { openUploadStage, type UploadStage } from './upload-stage.ts';

/** So short that a test need not wait. */
const QUICK = { askMs: 2000, quietMs: 500, pauseMs: 5, tries: 6 };

interface Exported {
  type: string;
  step_id?: string;
  seq: number;
  data: Record<string, unknown>;
}

describe('the upload of a run', () => {
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
    runId: 'my-run',
    uploadTrace: true,
    goal: 'Add headphones to cart',
    agentType: 'Shopper',
    logger,
    uploadTimes: QUICK,
    ...more,
  });

  /** A run of one step and three snapshots, two of them with a picture. */
  async function traceRun(more: CreateTracerOptions = {}, end: object = {}): Promise<void> {
    const tracer = await createTracer(options(more));
    tracer.emitStepStart('s-1', 1, 'go');
    tracer.emitSnapshot(snapshotOf([1], { screenshot: PNG }), 's-1', 1);
    tracer.emitSnapshot(snapshotOf([1, 2]), 's-1', 1);
    tracer.emitSnapshot(snapshotOf([1, 2, 3], { screenshot: PNG }), 's-1', 1);
    tracer.emitStepEnd('s-1', stepResult(true));
    tracer.emitRunEnd(1, 'success');
    await tracer.close(end);
  }

  const pending = async (): Promise<string[]> => {
    try {
      return await readdir(join(folder.path, 'client', 'traces', 'pending'));
    } catch {
      return [];
    }
  };

  async function exported(traceId: string): Promise<Exported[]> {
    const entries = await entriesOf(await server.bytes(`/v1/traces/${traceId}/export/predicate`));
    const [, content] = [...entries].find(([name]) => /(?<!\.cleaned)\.jsonl$/.test(name)) ?? [];
    return String(content)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Exported);
  }

  async function checkUploaded(): Promise<void> {
    const traces = await server.traces();
    assert.equal(traces.length, 1);
    const [trace] = traces;
    assert.ok(trace);
    assert.equal(trace.run_id, 'my-run');
    assert.equal(trace.state, 'sealed');
    assert.equal(trace.name, 'Add headphones to cart');
    const events = await exported(trace.trace_id);
    assert.deepEqual(
      events.map(({ type, seq }) => `${seq} ${type}`),
      ['1 run_start', '2 step_start', '3 snapshot', '4 snapshot', '5 snapshot', '6 step_end', '7 run_end'],
    );
    const images = events.map(({ data: row }) => row['screenshot_format']);
    assert.deepEqual(images, [undefined, undefined, 'jpeg', undefined, 'jpeg', undefined, undefined]);
    assert.ok(events.every(({ data: row }) => !('screenshot_sequence' in row)));
    assert.deepEqual(await pending(), []);
    const files = await openTraceFiles(join(folder.path, 'server', 'traces', trace.trace_id));
    const verdict = await verifyTrace(files);
    assert.deepEqual(verdict.faults, []);
    await files[Symbol.asyncDispose]();
  }

  it('ends in a sealed trace that gives its events back, and leaves nothing here', async () => {
    await traceRun();
    await checkUploaded();
    const [, ...told] = logger.lines.map((line) => line.replace(/[\d.]+(?= (MB|KB|bytes))/g, 'N'));
    assert.deepEqual(told, [
      'info: Trace file size: N MB',
      'info: Screenshot total: N MB',
      'info: Index file size: N KB',
      'info: All 2 screenshots uploaded successfully (total size: N MB)',
      'info: Uploading trace to cloud (N bytes)',
      'info: Trace uploaded successfully',
      'info: Trace completion reported to gateway',
    ]);
    assert.equal(
      logger.lines[0],
      'info: [Predicate] Cloud tracing enabled (Pro/Builder/Teams/Enterprise tiers)',
    );
  });

  it('tells bytes, of a total that stays, and never fewer', async () => {
    const told: [number, number][] = [];
    await traceRun({}, { onProgress: (done: number, total: number) => void told.push([done, total]) });
    assert.ok(told.length >= 4);
    assert.equal(new Set(told.map(([, total]) => total)).size, 1);
    const done = told.map(([bytes]) => bytes);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.equal(told.at(-1)?.[0], told[0]?.[1]);
  });

  it('does not block, if it is told so', async () => {
    const tracer = await createTracer(options());
    tracer.emitRunEnd(1, 'success');
    await tracer.close({ blocking: false });
    assert.equal((await pending()).includes('my-run.jsonl'), true);
    await tracer.close();
    assert.deepEqual(await pending(), []);
  });

  it('comes through a server that fails twice, is silent once, and breaks off', async () => {
    way.plan = ['pass', 'fail', 'fail', 'silent', 'break', 'pass', 'break'];
    await traceRun();
    await checkUploaded();
    assert.equal(way.plan.length, 0);
  });

  it('that fails leaves the run for the next tracer, which sends what was not acknowledged', async () => {
    way.broken = /index_upload/;
    await traceRun();
    assert.deepEqual((await pending()).sort(), ['my-run.jsonl', 'my-run.upload']);
    assert.ok(logger.lines.includes('error: Upload failed: HTTP 500'), logger.lines.join('\n'));
    const local = join(folder.path, 'client', 'traces', 'pending', 'my-run.jsonl');
    assert.ok(logger.lines.includes(`warn: Local trace preserved at: ${local}`));
    way.broken = undefined;
    way.seen = [];
    const tracer = await createTracer(options({ runId: 'next-run' }));
    await checkUploadedAmong('my-run');
    assert.deepEqual(
      way.seen
        .filter((path) => path.startsWith('PUT'))
        .map((path) => path.replace(/\/[0-9a-f]{32}\//, '/*/')),
      ['PUT /v1/uploads/*/index'],
    );
    assert.ok(logger.lines.includes('info: Found 1 un-uploaded trace(s)'));
    assert.ok(logger.lines.includes('info: Uploaded orphaned trace: my-run'));
    await tracer.close();
    assert.deepEqual(await pending(), []);
  });

  it('goes on where a killed process stopped, and takes no run from one that lives', async () => {
    const script = `
      import { createTracer } from '${import.meta.resolve('../../../sdk/agent-tracing/create-tracer.ts')}';
      const tracer = await createTracer(${JSON.stringify({ ...options(), logger: undefined })});
      tracer.emitStepStart('s-1', 1, 'go');
      tracer.emitSnapshot(${JSON.stringify(snapshotOf([1], { screenshot: PNG }))}, 's-1', 1);
      tracer.emitSnapshot(${JSON.stringify(snapshotOf([1, 2]))}, 's-1', 1);
      tracer.emitSnapshot(${JSON.stringify(snapshotOf([1, 2, 3], { screenshot: PNG }))}, 's-1', 1);
      tracer.emitStepEnd('s-1', ${JSON.stringify(stepResult(true))});
      tracer.emitRunEnd(1, 'success');
      await new Promise(setImmediate);
      process.stdout.write('traced');
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const other = await createTracer(options({ runId: 'other-run' }));
    assert.equal((await server.traces()).length, 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const third = await createTracer(options({ runId: 'third-run' }));
    await checkUploadedAmong('my-run');
    await other.close();
    await third.close();
    assert.deepEqual(await pending(), []);
  });

  it('of a run that is finished is not done twice', async () => {
    await traceRun();
    const again = await createTracer(options());
    again.emitRunEnd(1, 'success');
    await again.close();
    assert.equal((await server.traces()).length, 1);
    assert.ok(logger.lines.includes('warn: Cloud init failed: HTTP 409'));
    assert.deepEqual((await readdir(join(folder.path, 'traces'))).sort(), [
      'my-run.index.json',
      'my-run.jsonl',
    ]);
  });

  it('that the server had already acknowledged whole is over', async () => {
    way.lost = /complete/;
    await traceRun();
    assert.equal((await server.traces()).length, 1);
    assert.deepEqual((await pending()).sort(), ['my-run.jsonl', 'my-run.upload']);
    way.lost = undefined;
    await (await createTracer(options({ runId: 'next' }))).close();
    await checkUploadedAmong('my-run');
    assert.deepEqual(await pending(), []);
  });

  it('does not take another run of the same name for its own', async () => {
    await traceRun();
    const dir = join(folder.path, 'client', 'traces', 'pending');
    await mkdir(dir, { recursive: true });
    const line = {
      v: 1,
      type: 'run_end',
      ts: '2026-01-01T00:00:00.000Z',
      run_id: 'my-run',
      seq: 1,
      data: { steps: 9 },
    };
    await writeFile(join(dir, 'my-run.jsonl'), `${JSON.stringify(line)}\n`);
    await (await createTracer(options({ runId: 'next' }))).close();
    assert.ok((await pending()).includes('my-run.jsonl'));
    assert.ok(
      logger.lines.some((text) => text.includes('finished at the server, with other events than these')),
    );
  });

  it('falls back to a file where the server refuses, is silent, fails, or is not there', async () => {
    const cases: readonly [RegExp, () => void, string][] = [
      [/warn: Cloud tracing requires Pro tier/, () => (way.plan = ['refuse']), 'refused'],
      [/warn: Cloud init timeout/, () => (way.plan = ['silent']), 'silent'],
      [/warn: Cloud init failed: HTTP 500/, () => (way.plan = ['fail']), 'failing'],
      [/warn: Cloud init failed: /, () => (way.plan = ['break']), 'broken'],
    ];
    for (const [message, prepare, runId] of cases) {
      prepare();
      const log = new MemoryLogger();
      const tracer = await createTracer(
        options({ runId, logger: log, uploadTimes: { ...QUICK, askMs: 300 } }),
      );
      assert.equal(tracer.getSinkType(), 'JsonlTraceSink');
      tracer.emitRunEnd(1, 'success');
      await tracer.close();
      assert.match(log.lines.join('\n'), message);
      assert.ok(log.lines.includes(`info: 💾 [Predicate] Local tracing: traces/${runId}.jsonl`));
      assert.equal((await readFile(`traces/${runId}.jsonl`, 'utf8')).trim().split('\n').length, 2);
      // What the server may take later waits for it.
      assert.equal((await pending()).includes(`${runId}.jsonl`), runId !== 'refused');
      await (await createTracer(options({ runId: `after-${runId}` }))).close();
      assert.equal((await pending()).includes(`${runId}.jsonl`), false);
    }
    const later = (await server.traces()).filter(({ run_id }) => !run_id.startsWith('after-'));
    assert.deepEqual(later.map(({ run_id }) => run_id).sort(), ['broken', 'failing', 'silent']);
    for (const { name } of later) assert.equal(name, 'Add headphones to cart');
  });

  it('sends a run that found no server to that server only', async () => {
    way.plan = ['fail'];
    const tracer = await createTracer(options({ runId: 'waits' }));
    await tracer.close();
    await (await createTracer(options({ runId: 'elsewhere', apiUrl: server.url }))).close();
    assert.ok((await pending()).includes('waits.jsonl'));
    await (await createTracer(options({ runId: 'back' }))).close();
    assert.deepEqual(await pending(), []);
  });

  it('is off without a key, or without being asked for', async () => {
    for (const more of [{ apiKey: undefined }, { uploadTrace: false }]) {
      const tracer = await createTracer(options(more));
      assert.equal(tracer.getSinkType(), 'JsonlTraceSink');
      await tracer.close();
    }
    assert.equal(way.seen.length, 0);
    assert.equal(logger.lines[0], 'info: 💾 [Predicate] Local tracing: traces/my-run.jsonl');
  });

  it('sends a picture that nobody can read as it is, with a warning', async () => {
    const tracer = await createTracer(options());
    const broken = Buffer.from('no picture').toString('base64');
    tracer.emitSnapshot({ snapshot: snapshotOf([1], { screenshot: broken }), screenshotFormat: 'png' });
    await tracer.close();
    assert.match(logger.lines.join('\n'), /warn: Screenshot 1 cannot be read, it is uploaded as it is/);
    const [trace] = await server.traces();
    const events = await exported(trace?.trace_id ?? '');
    assert.equal(events.at(-1)?.data['screenshot_base64'], broken);
    assert.equal(events.at(-1)?.data['screenshot_format'], 'png');
  });

  it('begins anew at a server that has lost what it had acknowledged', async () => {
    for (const lost of ['', 'screenshots/1.jpeg']) {
      way.broken = /index_upload/;
      const runId = `lost-${lost.length}`;
      await traceRun({ runId });
      way.broken = undefined;
      const uploads = join(folder.path, 'server', 'uploads');
      const id = createHash('sha256').update(runId).digest('hex').slice(0, 32);
      await rm(join(uploads, id, lost), { recursive: true });
      await (await createTracer(options({ runId: `next-${lost.length}` }))).close();
      await checkUploadedAmong(runId);
      assert.deepEqual(await pending(), []);
    }
  });

  it('says which pictures did not arrive', async () => {
    way.broken = /screenshots\/2/;
    await traceRun();
    assert.match(logger.lines.join('\n'), /Uploaded 1\/2 screenshots\. Failed sequences: 2/);
    assert.equal((await server.traces()).length, 0);
    way.broken = undefined;
    await (await createTracer(options({ runId: 'next' }))).close();
    await checkUploadedAmong('my-run');
  });

  it('keeps what a kill has cut off apart from the rest', async () => {
    const dir = join(folder.path, 'client', 'traces', 'pending');
    await mkdir(dir, { recursive: true });
    const line = {
      v: 1,
      type: 'run_start',
      ts: '2026-01-01T00:00:00.000Z',
      run_id: 'torn',
      seq: 1,
      data: { agent: 'a' },
    };
    await writeFile(join(dir, 'torn.jsonl'), `${JSON.stringify(line)}\n{"v":1,"ty`);
    await writeFile(join(dir, 'torn.cleaned.jsonl.tmp'), 'left over');
    await (await createTracer(options({ runId: 'next' }))).close();
    assert.match(logger.lines.join('\n'), /warn: Line 2 of trace torn is no event/);
    const runs = (await server.traces()).map(({ run_id }) => run_id);
    assert.deepEqual(runs.sort(), ['next', 'torn']);
  });

  async function checkUploadedAmong(runId: string): Promise<void> {
    const found = (await server.traces()).filter(({ run_id }) => run_id === runId);
    assert.equal(found.length, 1);
    const events = await exported(found[0]?.trace_id ?? '');
    assert.equal(events.length, 7);
    assert.equal(events.filter(({ data: row }) => 'screenshot_base64' in row).length, 2);
  }
});
