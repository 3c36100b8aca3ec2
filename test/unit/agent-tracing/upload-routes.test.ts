// Routes of uploads: what they refuse, and what they do again after the server was started again.
import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFolder, type Folder } from './setup.ts';
import { uploadServer, type UploadServer } from './upload-server.ts';

describe("the server's side", () => {
  let folder: Folder;
  let server: UploadServer;
  beforeEach(async () => {
    folder = await temporaryFolder();
    server = await uploadServer(folder.path);
  });
  afterEach(async () => {
    await server.close();
    await folder[Symbol.asyncDispose]();
  });

  const ROUTES = [
    '/v1/traces/init',
    '/v1/screenshots/init',
    '/v1/traces/index_upload',
    '/v1/traces/complete',
  ];

  it('wants the token, a safe run id, and an init before the rest', async () => {
    for (const route of ROUTES) {
      const body = { run_id: 'ok', sequences: [1] };
      assert.equal((await server.post(route, body, 'wrong')).status, 401, route);
      for (const runId of ['../x', 'a/b', '', '.x', 7]) {
        assert.equal((await server.post(route, { ...body, run_id: runId })).status, 400, `${route} ${runId}`);
      }
      if (route !== ROUTES[0]) assert.equal((await server.post(route, body)).status, 404, route);
    }
    assert.deepEqual(await readdir(join(folder.path, 'server', 'uploads')).catch(() => []), []);
  });

  it('refuses what is no trace, with the line, and a completion without one', async () => {
    const { upload_url: url } = (await server.post('/v1/traces/init', { run_id: 'r' })).body as {
      upload_url: string;
    };
    const event = { v: 1, type: 'x', ts: '2026-01-01T00:00:00.000Z', run_id: 'r', seq: 1, data: {} };
    const good = JSON.stringify(event);
    for (const bad of [
      'no json',
      `${good}\n[]\n`,
      `${good}\n{"type":"x"}\n`,
      JSON.stringify({ ...event, run_id: 'other' }),
      JSON.stringify({ ...event, type: 'trace_end' }),
    ]) {
      const answer = await server.put(url, gzipSync(bad), { 'content-encoding': 'gzip' });
      assert.equal(answer.status, 400, bad);
      assert.match(answer.text, /line [12] of the trace/);
    }
    assert.equal((await server.put(url, 'no gzip', { 'content-encoding': 'gzip' })).status, 400);
    assert.equal((await server.post('/v1/traces/complete', { run_id: 'r' })).status, 409);
    assert.equal((await server.put(url.replace(/key=.*/, 'key=dru_x'), good, {})).status, 401);
    assert.equal((await server.put(url, `${good}\n`, {})).status, 200);
    assert.equal((await server.post('/v1/traces/complete', { run_id: 'r' })).status, 200);
    assert.equal((await server.post('/v1/traces/complete', { run_id: 'r' })).status, 200);
    assert.equal((await server.post('/v1/traces/init', { run_id: 'r' })).status, 409);
    assert.equal((await server.traces()).length, 1);
  });

  it('takes the run again once its trace was deleted', async () => {
    const event = { v: 1, type: 'x', ts: '2026-01-01T00:00:00.000Z', run_id: 'r', seq: 1, data: {} };
    for (let turn = 0; turn < 2; turn += 1) {
      const begun = await server.post('/v1/traces/init', { run_id: 'r' });
      assert.equal(begun.status, 200);
      await server.put((begun.body as { upload_url: string }).upload_url, JSON.stringify(event), {});
      const done = await server.post('/v1/traces/complete', { run_id: 'r' });
      assert.equal(done.status, 200);
      await server.delete(`/v1/traces/${(done.body as { trace_id: string }).trace_id}`);
    }
    assert.equal((await server.traces()).length, 0);
  });

  it('sweeps away at its start what a kill left half done', async () => {
    const { upload_url: url } = (await server.post('/v1/traces/init', { run_id: 'r' })).body as {
      upload_url: string;
    };
    const [, id = ''] = /uploads\/(\w+)/.exec(url) ?? [];
    await server.close();
    const data = join(folder.path, 'server');
    const staging = join(data, 'traces', '.trace_20260101_000000_0123abcd.incoming');
    await mkdir(join(staging, 'frames'), { recursive: true });
    const half = ['trace.jsonl.0123456789ab.tmp', 'screenshots/1.jpeg.0123456789ab.tmp'];
    for (const name of half) await writeFile(join(data, 'uploads', id, name), 'half');
    server = await uploadServer(folder.path);
    const names = await readdir(data, { recursive: true });
    assert.deepEqual(
      names.filter((name) => /incoming|\.tmp$/.test(name)),
      [],
    );
    assert.ok(names.includes(`uploads/${id}/upload.json`));
  });

  it('goes on after it was started again', async () => {
    const event = { v: 1, type: 'x', ts: '2026-01-01T00:00:00.000Z', run_id: 'r', seq: 1, data: {} };
    const { upload_url: url } = (await server.post('/v1/traces/init', { run_id: 'r' })).body as {
      upload_url: string;
    };
    assert.equal((await server.put(url, JSON.stringify(event), {})).status, 200);
    await server.close();
    server = await uploadServer(folder.path);
    assert.equal((await server.post('/v1/traces/complete', { run_id: 'r' })).status, 200);
    assert.equal((await server.traces())[0]?.run_id, 'r');
  });
});
