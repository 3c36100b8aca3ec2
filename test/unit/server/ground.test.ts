// The server's ground: clean-up, private files, log, configuration, ids, time to live, states.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { z } from 'zod';
import { DesktopState } from '../../../protocol/desktop.ts';
import { serverToken } from '../../../server/access/server-token.ts';
import { CleanupStack } from '../../../server/cleanup.ts';
import { systemClock } from '../../../server/clock.ts';
import { readConfig } from '../../../server/config.ts';
import { plainLog } from '../../../server/containers/docker-log.ts';
import { lockDataFolder, serverId } from '../../../server/data-folder.ts';
import { untilExpired } from '../../../server/desktops/expiry.ts';
import { NameTable } from '../../../server/desktops/names.ts';
import { mayFollow } from '../../../server/desktops/states.ts';
import { readJson, writeJson } from '../../../server/fs-atomic.ts';
import { newId, newSecret } from '../../../server/ids.ts';
import { createLog } from '../../../server/log.ts';

describe('a clean-up stack', () => {
  it('undoes the newest first, tries all, and throws what failed together', async () => {
    const done: string[] = [];
    const stack = new CleanupStack();
    stack.defer('first', () => void done.push('first'));
    stack.defer('second', () => Promise.reject(new Error('stuck')));
    stack.defer('third', () => void done.push('third'));
    await assert.rejects(stack.run(), /clean-up of second failed/);
    assert.deepEqual(done, ['third', 'first']);
  });

  it('undoes everything once', async () => {
    let count = 0;
    const stack = new CleanupStack();
    stack.defer('it', () => void (count += 1));
    await stack.run();
    await stack.run();
    assert.equal(count, 1);
  });
});

describe('the data folder', () => {
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'deskreel-data-'))));
  afterEach(() => rm(dir, { recursive: true }));

  it('keeps files whole and private', async () => {
    const path = join(dir, 'a.json');
    await writeJson(path, { n: 1 });
    await writeJson(path, { n: 2 });
    assert.deepEqual(await readJson(path, z.object({ n: z.number() })), { n: 2 });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(dir), ['a.json']);
  });

  it('tells a missing file from one of another shape', async () => {
    assert.equal(await readJson(join(dir, 'none'), z.object({})), undefined);
    await writeFile(join(dir, 'bad'), '{"n":"x"}');
    await assert.rejects(readJson(join(dir, 'bad'), z.object({ n: z.number() })), /n: /);
  });

  it('has a token that is made once, private, and overruled by the configuration', async () => {
    const token = await serverToken({ data: dir, token: undefined });
    assert.match(token, /^drs_[\w-]{43}$/);
    assert.equal(await serverToken({ data: dir, token: undefined }), token);
    assert.equal((await stat(join(dir, 'token'))).mode & 0o777, 0o600);
    assert.equal(await serverToken({ data: dir, token: 'given-one' }), 'given-one');
  });

  it('belongs to one server at a time', async () => {
    const id = await serverId(dir);
    assert.equal(await serverId(dir), id);
    const unlock = await lockDataFolder(id, dir);
    await assert.rejects(lockDataFolder(id, dir), { code: 'conflict' });
    await unlock();
    await (
      await lockDataFolder(id, dir)
    )();
  });
});

describe('the log', () => {
  it('writes one JSON row with the fields of its parents, and no secret', () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log = createLog({ write, now: () => 0, secrets: ['hunter2-token'] });
    const key = newSecret('drd');
    log.child({ desktop: 'd-1' }).error('it.failed', {
      path: `/d/${key}/cmd`,
      header: 'Bearer hunter2-token',
      error: new Error(`no ${key}`, { cause: new Error('deep') }),
    });
    assert.equal(lines.length, 1);
    const text = lines[0] ?? '';
    const row = z.looseObject({ error: z.looseObject({ cause: z.looseObject({ message: z.string() }) }) });
    const parsed = row.parse(JSON.parse(text));
    assert.equal(parsed['event'], 'it.failed');
    assert.equal(parsed['desktop'], 'd-1');
    assert.equal(parsed.error.cause.message, 'deep');
    assert.ok(!text.includes(key) && !text.includes('hunter2-token'));
  });
});

describe('the configuration', () => {
  it('prefers what is given, then the environment, then the defaults', () => {
    const defaults = readConfig({}, { HOME: '/h' });
    assert.deepEqual([defaults.host, defaults.port], ['127.0.0.1', 7800]);
    assert.equal(defaults.image, 'deskreel/xfce:latest');
    const config = readConfig({ port: 1 }, { DESKREEL_PORT: '2', DESKREEL_HOST: '::1', DESKREEL_DATA: '/d' });
    assert.deepEqual([config.host, config.port, config.data], ['::1', 1, '/d']);
  });

  it('names the variable that is wrong', () => {
    assert.throws(() => readConfig({}, { DESKREEL_PORT: 'many' }), /DESKREEL_PORT/);
    assert.throws(() => readConfig({}, { DESKREEL_TOKEN: 'short' }), /DESKREEL_TOKEN.*8 characters/);
  });

  it('takes an empty variable for none', () => {
    assert.equal(readConfig({}, { DESKREEL_PORT: '' }).port, 7800);
  });
});

describe('ids and secrets', () => {
  it('are new every time and of a known form', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => newId('d')));
    assert.equal(ids.size, 1000);
    for (const id of ids) assert.match(id, /^d-[a-hjkmnp-tv-z2-9]{8}$/);
    assert.notEqual(newSecret('drg'), newSecret('drg'));
  });
});

describe('a time to live', () => {
  it('ends at its moment', async () => {
    let now = 1000;
    const sleep = (ms: number): Promise<void> => {
      now += ms;
      return Promise.resolve();
    };
    const clock = { ...systemClock, now: () => now, sleep };
    assert.equal(await untilExpired(1000 + 40 * 24 * 3600 * 1000, clock, new AbortController().signal), true);
    assert.equal(now, 1000 + 40 * 24 * 3600 * 1000);
  });

  it('is over without effect when what lives is gone before', async () => {
    const stop = new AbortController();
    const expired = untilExpired(Date.now() + 60_000, systemClock, stop.signal);
    stop.abort();
    assert.equal(await expired, false);
  });
});

describe('the states of a desktop', () => {
  it('never leave `removed`, and reach it from all others', () => {
    for (const state of DesktopState.options) {
      assert.equal(mayFollow('removed', state), false);
      assert.equal(mayFollow(state, 'removed'), state !== 'removed');
    }
  });

  it('become ready only from where a desktop can answer again', () => {
    const before = DesktopState.options.filter((state) => mayFollow(state, 'ready'));
    assert.deepEqual(before, ['creating', 'paused', 'restarting']);
  });
});

describe('names', () => {
  it('are one desktop’s each until they are free again', () => {
    const names = new NameTable();
    names.take('a');
    assert.throws(() => names.take('a'), { code: 'conflict' });
    names.free('a');
    names.take('a');
  });
});

describe('a container’s log', () => {
  it('loses the engine’s headers and keeps the text of both streams', () => {
    const piece = (stream: number, text: string): Buffer => {
      const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]);
      return Buffer.concat([header, Buffer.from(text)]);
    };
    assert.equal(plainLog(Buffer.concat([piece(1, 'one\n'), piece(2, 'zwö\n')])), 'one\nzwö');
    assert.equal(plainLog(Buffer.alloc(0)), '');
  });
});
