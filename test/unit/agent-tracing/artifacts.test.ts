// Artifacts of a run, brought by Predicate's protocol and by the SDK's own client: they are read back by the run's trace.
import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createTracer, uploadArtifacts } from '../../../sdk/index.ts';
import type { ArtifactAddresses } from '../../../protocol/artifacts.ts';
import { environment } from '../../support/environment.ts';
import { FaultyWay } from './faulty-way.ts';
import { MemoryLogger, temporaryFolder, type Folder } from './setup.ts';
import { uploadServer, type UploadServer } from './upload-server.ts';

const FILES = {
  'manifest.json': '{"reason":"assertion failed"}',
  'frames/frame_1.png': 'no picture',
  'failure.mp4': '',
};
const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  png: 'image/png',
  mp4: 'video/mp4',
};
const typeOf = (name: string): string => TYPES[name.split('.').at(-1) ?? ''] ?? '';
const DECLARED = Object.entries(FILES).map(([name, text]) => ({
  name,
  size_bytes: text.length,
  content_type: typeOf(name),
})); // prettier-ignore

describe('artifacts of a run', () => {
  let folder: Folder;
  let server: UploadServer;
  let variables: Disposable;
  beforeEach(async () => {
    folder = await temporaryFolder();
    server = await uploadServer(folder.path);
    variables = environment({ DESKREEL_DATA: join(folder.path, 'client') });
  });
  afterEach(async () => {
    variables[Symbol.dispose]();
    await server.close();
    await folder[Symbol.asyncDispose]();
  });

  /** A finished run; its trace's id. */
  async function finishedRun(runId: string): Promise<string> {
    const tracer = await createTracer({ runId, apiKey: server.token, apiUrl: server.url, uploadTrace: true });
    tracer.emitRunEnd(0, 'failure');
    await tracer.close();
    const traces = await server.traces();
    return traces.find(({ run_id: id }) => id === runId)?.trace_id ?? '';
  }
  const init = async (runId: string, artifacts: object[] = DECLARED): Promise<ArtifactAddresses> => {
    const { status, body } = await server.post('/v1/traces/artifacts/init', { run_id: runId, artifacts });
    assert.equal(status, 200);
    return body as ArtifactAddresses;
  };
  async function bring(runId: string, files: Readonly<Record<string, string>> = FILES): Promise<string> {
    const declared = Object.entries(files).map(([name, text]) => ({ name, size_bytes: text.length, content_type: typeOf(name) })); // prettier-ignore
    const { upload_urls: urls, artifact_index_upload: index } = await init(runId, declared);
    for (const { name, upload_url: url } of urls) {
      assert.equal((await server.put(url, files[name] ?? '', { 'content-type': typeOf(name) })).status, 200);
    }
    const list = { run_id: runId, artifacts: urls.map(({ name, storage_key }) => ({ name, storage_key })) };
    const packed = gzipSync(JSON.stringify(list));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    assert.equal((await server.put(index.upload_url, packed, headers)).status, 200);
    return index.storage_key;
  }
  const complete = async (run_id: string, artifact_index_key: string): Promise<number> =>
    (await server.post('/v1/traces/artifacts/complete', { run_id, artifact_index_key, stats: {} })).status;
  const listed = async (trace: string): Promise<string[]> => {
    const { artifacts } = JSON.parse(String(await server.bytes(`/v1/traces/${trace}/artifacts`))) as { artifacts: { name: string }[] };
    return artifacts.map(({ name }) => name);
  }; // prettier-ignore

  it('get addresses in the form that Predicate’s clients read', async () => {
    const answer = await init('run-1');
    assert.deepEqual(Object.keys(answer), ['upload_urls', 'artifact_index_upload', 'expires_in']);
    assert.deepEqual(answer.upload_urls.map(({ name }) => name), Object.keys(FILES)); // prettier-ignore
    for (const place of [...answer.upload_urls, answer.artifact_index_upload]) {
      assert.match(place.upload_url, /^http:\/\/127\.0\.0\.1:\d+\/v1\/artifacts\//);
      assert.ok(place.storage_key.length > 0);
    }
    assert.ok(answer.expires_in > 0);
  });

  it('are read back by the trace of the run, once they are complete', async () => {
    const trace = await finishedRun('run-1');
    const key = await bring('run-1');
    assert.deepEqual(await listed(trace), []);
    assert.equal(await complete('run-1', key), 200);
    assert.equal(await complete('run-1', key), 200, 'again, it is as it was');
    assert.deepEqual(await listed(trace), Object.keys(FILES));
    for (const [name, text] of Object.entries(FILES)) {
      const response = await fetch(`${server.url}/v1/traces/${trace}/artifacts/${name}`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      assert.equal(await response.text(), text, name);
      assert.match(response.headers.get('content-disposition') ?? '', /^attachment/);
      assert.match(response.headers.get('content-type') ?? '', new RegExp(`^${typeOf(name)}`));
    }
  });

  it('of a later upload take the place of earlier ones, and nothing is left of those', async () => {
    const trace = await finishedRun('run-1');
    await complete('run-1', await bring('run-1'));
    const key = await bring('run-1', { 'steps.json': '[]' });
    assert.deepEqual(await listed(trace), Object.keys(FILES), 'the earlier ones, until then');
    assert.equal(await complete('run-1', key), 200);
    assert.deepEqual(await listed(trace), ['steps.json']);
    const root = join(folder.path, 'server', 'artifacts');
    const [id = ''] = await readdir(root);
    assert.equal((await readdir(join(root, id))).length, 2, 'one list and one folder');
  });

  it('go with the trace', async () => {
    const trace = await finishedRun('run-1');
    await complete('run-1', await bring('run-1'));
    assert.equal((await server.delete(`/v1/traces/${trace}`)).status, 204);
    assert.deepEqual(await readdir(join(folder.path, 'server', 'artifacts')), []);
  });

  it('are refused where something is wrong', async () => {
    const post = (body: object): Promise<{ status: number }> =>
      server.post('/v1/traces/artifacts/init', body);
    const wrong: object[] = ['../x', '/etc/passwd', 'a/../b', '.hidden', 'a/.b', 'a\\b', '', 'a//b'].map((name) => ({
      run_id: 'run-1',
      artifacts: [{ ...DECLARED[0], name }],
    })); // prettier-ignore
    wrong.push({ run_id: '../run', artifacts: DECLARED }, { run_id: 'run-1', artifacts: [] });
    wrong.push({ run_id: 'run-1', artifacts: [DECLARED[0], DECLARED[0]] });
    for (const body of wrong) assert.equal((await post(body)).status, 400, JSON.stringify(body));
    const answer = await init('run-1');
    const [first] = answer.upload_urls;
    assert.ok(first);
    const put = async (url: string, body: string): Promise<number> =>
      (await server.put(url, body, {})).status;
    assert.equal(await put(first.upload_url, 'shorter'), 400);
    assert.equal(await put(first.upload_url, `${FILES['manifest.json']} and more`), 413);
    assert.equal(await put(first.upload_url.replace(/key=.*/, 'key=dru_x'), FILES['manifest.json']), 401);
    assert.equal(await put(first.upload_url.replace('/0?', '/99?'), FILES['manifest.json']), 404);
    assert.equal(await put(first.upload_url.replace('/0?', '/..%2f0?'), FILES['manifest.json']), 404);
    assert.equal(await complete('run-1', answer.artifact_index_upload.storage_key), 409);
    assert.equal(await complete('run-1', 'other'), 404);
    assert.equal(
      (await server.post('/v1/traces/artifacts/init', { run_id: 'r', artifacts: DECLARED }, 'x')).status,
      401,
    );
  });

  it('are brought by one call, through a server that fails for a while', async () => {
    const trace = await finishedRun('run-1');
    const kept = join(folder.path, 'kept');
    await mkdir(join(kept, 'frames'), { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(kept, name), text);
    const way = await FaultyWay.to(server.url);
    const logger = new MemoryLogger();
    const uploadTimes = { askMs: 5000, quietMs: 3000, pauseMs: 5, tries: 4 };
    const options = { runId: 'run-1', apiKey: server.token, apiUrl: way.url, logger, uploadTimes };
    way.plan = ['fail', 'pass', 'break', 'pass', 'fail'];
    const key = await uploadArtifacts(kept, options);
    assert.match(key ?? '', /^artifacts\//);
    assert.deepEqual((await listed(trace)).sort(), Object.keys(FILES).sort());
    way.broken = /./;
    assert.equal(await uploadArtifacts(kept, options), undefined);
    assert.match(logger.lines.at(-1) ?? '', /^error: Artifacts were not uploaded: HTTP 500/);
    await way.close();
    await assert.rejects(uploadArtifacts(join(folder.path, 'nowhere'), options), { code: 'not_found' });
    await assert.rejects(uploadArtifacts(kept, { ...options, runId: '../x' }), { code: 'bad_request' });
  });
});
