// Sinks into real stores: everything there once, whatever the store does meanwhile; the local copy gone only then.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type pg from 'pg';
import { MultiSink, PostgresTraceSink, S3TraceSink, Tracer } from '../../sdk/index.ts';
import {
  MemoryLogger,
  MemorySink,
  snapshotOf,
  temporaryFolder,
  type Folder,
} from '../unit/agent-tracing/setup.ts';
import { eventually } from '../support/server.ts';
import { openStoreClients, type StoreClients } from '../support/store-clients.ts';
import type { Stores } from '../support/stores.ts';

describe('sinks', () => {
  let clients: StoreClients;
  let stores: Stores;
  let folder: Folder;
  let connection = '';
  let pool: pg.Pool;
  let s3: S3Client;
  let client: StoreClients['client'];

  before(async () => {
    clients = await openStoreClients('traces');
    ({ stores, connection, pool, client, s3 } = clients);
    folder = await temporaryFolder();
  });
  after(async () => {
    await clients[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const rows = async (
    runId: string,
  ): Promise<{ seq: number; type: string; step_id: string | null; event: { data: unknown } }[]> => {
    const sql = 'SELECT seq, type, step_id, event FROM trace_events WHERE run_id = $1 ORDER BY seq';
    return (await pool.query(sql, [runId])).rows as Awaited<ReturnType<typeof rows>>;
  };
  const object = async (key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'traces', Key: key }));
    return (await Body?.transformToString()) ?? '';
  };
  const copies = async (): Promise<string[]> =>
    (await readdir(folder.path, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
  const postgres = (logger?: MemoryLogger): PostgresTraceSink =>
    new PostgresTraceSink({ connection, folder: folder.path, logger, tries: 2, pauseMs: 10 });
  const tracesTo = (runId: string, sink: Tracer | PostgresTraceSink | S3TraceSink): Tracer =>
    sink instanceof Tracer ? sink : new Tracer({ runId, sink });

  it('PostgreSQL: has every event as a row, while the run goes on', async () => {
    const tracer = tracesTo('to-postgres', postgres());
    tracer.emitRunStart('Agent');
    tracer.emitStepStart('s-1', 1, 'with NUL \0 and \\u0000 and ñ 漢字');
    tracer.emitSnapshot(snapshotOf([1, 2]), 's-1', 1);
    await eventually(async () => assert.equal((await rows('to-postgres')).length, 3));
    tracer.emitRunEnd(1, 'success');
    await tracer.close();
    const stored = await rows('to-postgres');
    assert.deepEqual(
      stored.map(({ seq, type, step_id }) => [seq, type, step_id]),
      [
        [1, 'run_start', null],
        [2, 'step_start', 's-1'],
        [3, 'snapshot', 's-1'],
        [4, 'run_end', null],
      ],
    );
    assert.match(JSON.stringify(stored[1]?.event.data), /with NUL \ufffd and \\\\u0000 and ñ 漢字/);
    assert.deepEqual(await copies(), []);
  });

  it('PostgreSQL: keeps two runs of one name apart', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const tracer = tracesTo('same-name', postgres());
      tracer.emitRunEnd(turn, 'success');
      await tracer.close();
    }
    assert.equal((await rows('same-name')).length, 2);
  });

  it('PostgreSQL: that is away does not hold up the agent; the next sink stores what waits', async () => {
    await stores.stopPostgres();
    const logger = new MemoryLogger();
    const tracer = tracesTo('while-away', postgres(logger));
    for (let step = 0; step < 500; step += 1) tracer.emitStepStart(`s-${step}`, step, 'go');
    await tracer.close();
    assert.equal((await copies()).length, 1);
    assert.match(logger.lines.join('\n'), /error: Trace sink PostgresTraceSink failed: /);
    assert.match(logger.lines.join('\n'), /warn: Local trace preserved at: .*\.jsonl/);
    await stores.startPostgres();
    const next = postgres();
    await next.close();
    assert.equal((await rows('while-away')).length, 500);
    assert.deepEqual(await copies(), []);
  });

  it('PostgreSQL: gets what a killed process had emitted, once', async () => {
    const script = `
      import { PostgresTraceSink, Tracer } from '${import.meta.resolve('../../sdk/index.ts')}';
      const sink = new PostgresTraceSink(${JSON.stringify({ connection, folder: folder.path })});
      const tracer = new Tracer({ runId: 'killed', sink });
      for (let step = 0; step < 300; step += 1) tracer.emitStepStart('s-' + step, step, 'go');
      await new Promise((resolve) => setTimeout(resolve, 50));
      process.stdout.write('emitted');
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await postgres().close();
    assert.deepEqual(
      (await rows('killed')).map(({ seq }) => seq),
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
  });

  it('S3: has the run as one object, in parts where it is large', async () => {
    const sink = new S3TraceSink({ bucket: 'traces', client, folder: folder.path });
    const tracer = tracesTo('to-s3', sink);
    const image = 'A'.repeat(3_000_000);
    for (let step = 1; step <= 4; step += 1) {
      tracer.emitSnapshot(snapshotOf([1], { screenshot: image }), `s-${step}`, step);
    }
    await tracer.close();
    const lines = (await object('traces/to-s3.jsonl')).trim().split('\n');
    assert.deepEqual(
      lines.map(
        (line) => (JSON.parse(line) as { data: { screenshot_base64: string } }).data.screenshot_base64.length,
      ),
      [3_000_000, 3_000_000, 3_000_000, 3_000_000],
    );
    assert.deepEqual(await copies(), []);
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'traces' }));
    assert.deepEqual(Uploads, []);
  });

  it('S3: that refuses leaves the copy for later, and nothing half done', async () => {
    const logger = new MemoryLogger();
    const options = { bucket: 'later', client, folder: folder.path, logger, tries: 2, pauseMs: 10 };
    const tracer = tracesTo('refused', new S3TraceSink(options));
    tracer.emitRunEnd(1, 'success');
    await tracer.close();
    assert.match(logger.lines.join('\n'), /error: Trace sink S3TraceSink failed: /);
    assert.equal((await copies()).length, 1);
    await s3.send(new CreateBucketCommand({ Bucket: 'later' }));
    await new S3TraceSink(options).close();
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'later', Key: 'traces/refused.jsonl' }));
    assert.match((await Body?.transformToString()) ?? '', /"run_id":"refused"/);
    assert.deepEqual(await copies(), []);
  });

  it('several: one that fails does not keep the others from their events', async () => {
    const logger = new MemoryLogger();
    const memory = new MemorySink();
    const away = new S3TraceSink({ bucket: 'nowhere', client, folder: folder.path, tries: 1 });
    const sink = new MultiSink([away, postgres(), memory], logger);
    const tracer = new Tracer({ runId: 'several', sink });
    tracer.emitRunEnd(1, 'success');
    await tracer.close();
    assert.equal(memory.events.length, 1);
    assert.equal((await rows('several')).length, 1);
  });

  it('say what they need', () => {
    assert.throws(() => new PostgresTraceSink({ connection, table: 'x"; DROP' }), { code: 'bad_request' });
    assert.throws(() => new S3TraceSink(''), { code: 'bad_request' });
    assert.ok(join(folder.path));
  });
});
