// Traces in files: every line whole, none lost, the index beside them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createLocalTracer } from '../../../sdk/agent-tracing/local-tracer.ts';
import { JsonlTraceSink } from '../../../sdk/agent-tracing/sinks/jsonl-sink.ts';
import { Tracer } from '../../../sdk/agent-tracing/tracer.ts';
import { linesOf, MemoryLogger, snapshotOf, stepResult, temporaryFolder } from './setup.ts';

describe('JsonlTraceSink', () => {
  it('makes the folders and writes a line for each event before it returns', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a', 'b', 'trace.jsonl');
    const tracer = new Tracer('run', new JsonlTraceSink(path));
    tracer.emit('custom', { text: 'ñ 漢字 😀 "quoted"\n', deep: { list: [1, { a: null }] } });
    const [event] = await linesOf(path);
    assert.deepEqual(event?.data, { text: 'ñ 漢字 😀 "quoted"\n', deep: { list: [1, { a: null }] } });
    assert.equal((await stat(path)).mode & 0o077, 0);
    await tracer.close();
  });

  it('keeps the order when a large event is written a moment later', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.jsonl');
    const tracer = new Tracer('run', new JsonlTraceSink(path));
    tracer.emit('custom', {});
    tracer.emitSnapshot(snapshotOf([1, 2]));
    tracer.emit('custom', {});
    assert.equal((await linesOf(path)).length >= 1, true);
    await tracer.close();
    assert.deepEqual(
      (await linesOf(path)).map(({ seq, type }) => `${seq} ${type}`),
      ['1 custom', '2 snapshot', '3 custom'],
    );
  });

  it('appends to what is there, behind a line that was cut off too', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.jsonl');
    for (const run of ['one', 'two']) {
      const tracer = new Tracer(run, new JsonlTraceSink(path));
      tracer.emit('custom', {});
      await tracer.close();
    }
    await appendFile(path, '{"v":1,"type":"cus');
    const tracer = new Tracer('three', new JsonlTraceSink(path));
    tracer.emit('custom', {});
    await tracer.close();
    const lines = (await readFile(path, 'utf8')).split('\n');
    assert.equal(lines.length, 5);
    assert.match(lines[3] ?? '', /"run_id":"three"/);
  });

  it('drops what comes after its end, and ends once', async () => {
    await using folder = await temporaryFolder();
    const logger = new MemoryLogger();
    const sink = new JsonlTraceSink(join(folder.path, 'trace.jsonl'), { logger });
    const event = { v: 1, type: 'custom', ts: '', run_id: 'r', seq: 1, data: {} } as const;
    sink.emit(event);
    await Promise.all([sink.close(), sink.close()]);
    sink.emit(event);
    assert.equal((await linesOf(sink.getPath())).length, 1);
    assert.equal(sink.isClosed(), true);
    assert.match(logger.lines.join(), /warn: .* is dropped/);
  });

  it('writes the index and tells the statistics', async () => {
    await using folder = await temporaryFolder();
    const sink = new JsonlTraceSink(join(folder.path, 'trace.jsonl'));
    const tracer = new Tracer('run', sink);
    tracer.emitStepStart('s-1', 1, 'go');
    tracer.emitStepEnd('s-1', stepResult(true));
    await tracer.close();
    const index = JSON.parse(await readFile(join(folder.path, 'trace.index.json'), 'utf8')) as {
      run_id: string;
      steps: unknown[];
    };
    assert.equal(index.run_id, 'run');
    assert.equal(index.steps.length, 1);
    const stats = await sink.getStats();
    assert.equal(stats.final_status, 'success');
    assert.equal(stats.total_events, 2);
  });

  it('throws where it cannot write at all', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    assert.throws(() => new JsonlTraceSink(join(folder.path, 'file', 'trace.jsonl')));
  });

  it('survives: what a process had emitted is there when it was killed, and when it just ended', async () => {
    await using folder = await temporaryFolder();
    for (const end of [
      "process.kill(process.pid, 'SIGKILL')",
      'process.exit(3)',
      "throw new Error('mine')",
    ]) {
      const path = join(folder.path, `${end.length}.jsonl`);
      await run(`
        import { Tracer } from '${import.meta.resolve('../../../sdk/agent-tracing/tracer.ts')}';
        import { JsonlTraceSink } from '${import.meta.resolve('../../../sdk/agent-tracing/sinks/jsonl-sink.ts')}';
        const tracer = new Tracer('run', new JsonlTraceSink(${JSON.stringify(path)}));
        tracer.emitRunStart('Agent');
        tracer.emitSnapshot({ url: 'u', elements: [] });
        await new Promise(setImmediate);
        tracer.emitStepStart('s', 1, 'go');
        ${end};
      `);
      assert.deepEqual(
        (await linesOf(path)).map(({ type }) => type),
        ['run_start', 'snapshot', 'step_start'],
        end,
      );
    }
  });

  it('writes at the end of the process what was still to be written', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.jsonl');
    await run(`
      import { Tracer } from '${import.meta.resolve('../../../sdk/agent-tracing/tracer.ts')}';
      import { JsonlTraceSink } from '${import.meta.resolve('../../../sdk/agent-tracing/sinks/jsonl-sink.ts')}';
      const tracer = new Tracer('run', new JsonlTraceSink(${JSON.stringify(path)}));
      tracer.emitSnapshot({ url: 'u', elements: [] });
      tracer.emitRunEnd(1, 'success');
      process.exit(0);
    `);
    assert.equal((await linesOf(path)).length, 2);
  });
});

describe('createLocalTracer', () => {
  it('writes ./traces/<run id>.jsonl and nothing by itself', async () => {
    await using folder = await temporaryFolder();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      const tracer = createLocalTracer('demo');
      tracer.emit('custom', {});
      await tracer.close();
    } finally {
      process.chdir(before);
    }
    assert.deepEqual(await readdir(join(folder.path, 'traces')), ['demo.index.json', 'demo.jsonl']);
    assert.equal((await linesOf(join(folder.path, 'traces', 'demo.jsonl'))).length, 1);
    assert.throws(() => createLocalTracer('../x'), { code: 'bad_request' });
  });
});

async function run(script: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  await once(child, 'exit');
}
