// The server as a whole, as far as no engine is needed.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startServer } from '../../../server/app.ts';
import { readConfig, type Config } from '../../../server/config.ts';

describe('a server', () => {
  let folders: string[] = [];
  const quiet = { writeLog: () => undefined };
  const config = async (overrides: Partial<Config> = {}): Promise<Config> => {
    const data = await mkdtemp(join(tmpdir(), 'deskreel-app-'));
    folders.push(data);
    const base = readConfig({ port: 0, data });
    return { ...base, engine: { ...base.engine, dockerHost: 'unix:///nowhere.sock' }, ...overrides };
  };
  beforeEach(() => (folders = []));
  afterEach(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it('listens on a free port, tells the folder where, and takes it back when it closes', async () => {
    const given = await config();
    const server = await startServer(given, quiet);
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await readFile(join(given.data, 'url'), 'utf8')).trim(), server.url);
    assert.deepEqual(await (await fetch(`${server.url}/healthz`)).json(), { status: 'ok' });
    await Promise.all([server.close(), server.close()]);
    await assert.rejects(fetch(`${server.url}/healthz`));
    await assert.rejects(readFile(join(given.data, 'url')), { code: 'ENOENT' });
  });

  it('says so when its port is taken, and leaves the folder to the next one', async () => {
    const first = await startServer(await config(), quiet);
    const second = await config({ port: Number(new URL(first.url).port) });
    await assert.rejects(startServer(second, quiet), { code: 'conflict', message: /cannot listen on/ });
    const third = await startServer({ ...second, port: 0 }, quiet);
    await third.close();
    await first.close();
  });

  it('closes while a client keeps its connection open', async () => {
    const server = await startServer(await config(), quiet);
    // `fetch` keeps the connection for its next request.
    await (await fetch(`${server.url}/healthz`)).text();
    const since = performance.now();
    await server.close();
    assert.ok(performance.now() - since < 2000);
  });
});
