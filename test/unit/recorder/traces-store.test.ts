// The traces on disk: listed, opened, packed, deleted; no name from outside becomes a path.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { DeskreelError } from '../../../protocol/errors.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import type { Found } from '../../../trace/imports/detect.ts';
import type { ImportedItem } from '../../../trace/imports/importer.ts';
import { fingerprint } from '../../../trace/manifest.ts';
import { checkSealed, checkTrace } from './check.ts';
import { bench, unpack } from './setup.ts';
import { CLICK, run, screenOf } from './synthetic-guest.ts';

const execute = promisify(execFile);

const isNotFound = (error: unknown): boolean => error instanceof DeskreelError && error.code === 'not_found';
const isConflict = (error: unknown): boolean => error instanceof DeskreelError && error.code === 'conflict';

describe('the store of traces', () => {
  it('lists traces with the newest first, and tells what became of each', async () => {
    await using it = await bench();
    const first = await it.start({ name: 'first' });
    const [live] = await it.store.list();
    assert.equal(live?.state, 'recording');
    assert.equal(live.end_time, null);
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
    await it.recorder.stop();
    await it.store.archive(first);
    const second = await it.start();
    const listed = await it.store.list();
    assert.deepEqual(
      listed.map(({ trace_id, name, state, archived }) => ({ trace_id, name, state, archived })),
      [
        { trace_id: second, name: null, state: 'recording', archived: false },
        { trace_id: first, name: 'first', state: 'sealed', archived: true },
      ],
    );
    const summary = listed[1]?.summary;
    assert.equal(summary?.steps, 1);
    assert.equal(summary.screenshots, 2);
    assert.equal(summary.errors, 0);
    assert.match(listed[1]?.start_time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('refuses every id that is not one, before it looks at the disk', async () => {
    await using it = await bench();
    await writeFile(join(it.data, 'trace_metadata.json'), '{}');
    const ids = ['../token', '..', '', 'trace_20250101_000000_0000000g', 'trace_20250101_000000_00000000/..'];
    for (const id of [...ids, 'trace_20250101_000000_00000000\n', 'trace_20250101_000000_00000000']) {
      await assert.rejects(it.store.info(id), isNotFound, id);
      await assert.rejects(it.store.open(id), isNotFound, id);
      await assert.rejects(it.store.archive(id), isNotFound, id);
      await assert.rejects(it.store.delete(id), isNotFound, id);
    }
  });

  it('neither packs nor deletes what is being recorded', async () => {
    await using it = await bench();
    const id = await it.start();
    await assert.rejects(it.store.archive(id), isConflict);
    await assert.rejects(it.store.open(id), isConflict);
    await assert.rejects(it.store.delete(id), isConflict);
  });

  it('deletes a trace with everything of it', async () => {
    await using it = await bench();
    const id = await it.start();
    await it.recorder.stop();
    await it.store.delete(id);
    assert.deepEqual(await readdir(join(it.data, 'traces')), []);
    await assert.rejects(it.store.info(id), isNotFound);
  });

  it('takes what a kill left of a trace that was being made of another for no trace', async () => {
    await using it = await bench();
    const reached = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    const made = it.store.import(pausedImport(reached.resolve, goOn.promise));
    await reached.promise;
    assert.deepEqual(await it.store.list(), [], 'it appears when it is whole');
    const next = await openTraceStore({ data: it.data, clock: systemClock, log: silentLog });
    assert.deepEqual(await next.recover(), { finished: [], removed: [], failed: [] });
    assert.deepEqual(await readdir(join(it.data, 'traces')), []);
    goOn.resolve(undefined);
    await assert.rejects(made);
  });

  it('writes an archive again that went missing', async () => {
    await using it = await bench();
    const id = await it.start();
    await it.recorder.stop();
    const { path, bytes } = await it.store.archive(id);
    assert.equal((await stat(path)).size, bytes);
    await rm(path);
    assert.equal((await it.store.info(id)).archived, false);
    await checkTrace(it.store, id);
    assert.equal((await it.store.info(id)).archived, true);
  });

  it('answers many who want the same archive at once', async () => {
    await using it = await bench();
    const id = await it.start();
    await it.recorder.stop();
    const answers = await Promise.all([1, 2, 3].map(() => it.store.archive(id)));
    assert.equal(new Set(answers.map(({ bytes }) => bytes)).size, 1);
  });

  it('keeps its files to their owner', async () => {
    await using it = await bench();
    const id = await it.start();
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
    await it.recorder.stop();
    await it.store.archive(id);
    for (const entry of await readdir(it.data, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      assert.equal((await stat(path)).mode & 0o077, 0, path);
    }
  });

  it('has one signing key, made once', async () => {
    await using it = await bench();
    const pem = await readFile(join(it.data, 'key'), 'utf8');
    const again = { data: it.data, clock: systemClock, log: silentLog };
    await Promise.all([openTraceStore(again), openTraceStore(again)]);
    assert.equal(await readFile(join(it.data, 'key'), 'utf8'), pem);
    const id = await it.start();
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    const spki = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' });
    const manifest = await checkSealed(archive.dir);
    assert.equal(manifest.form, 'archive');
    assert.equal(fingerprint(manifest), fingerprint({ public_key: spki.toString('base64') }));
  });

  it('does not start with a key file that holds no key', async () => {
    await using it = await bench();
    const data = join(it.data, 'other');
    await mkdir(data);
    await writeFile(join(data, 'key'), 'nonsense');
    await assert.rejects(openTraceStore({ data, clock: systemClock, log: silentLog }), /Ed25519/);
  });
});

describe('the ZIP', () => {
  it('is not written without a picture that it should hold, and can be had when that is back', async () => {
    await using it = await bench();
    const id = await it.start();
    for (let click = 1; click <= 40; click += 1) {
      run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(click) });
    }
    await it.recorder.stop();
    const { path } = await it.store.archive(id);
    const { dir } = await it.store.open(id);
    const picture = join(dir, 'frames', `${(await screenOf(20)).frame}.png`);
    await rename(picture, `${dir}/aside`);
    await rm(path);
    await assert.rejects(it.store.archive(id), /ENOENT/);
    assert.deepEqual(
      (await readdir(dir)).filter((name) => name.includes('.zip')),
      [],
    );
    await rename(`${dir}/aside`, picture);
    await checkTrace(it.store, id);
  });

  it('has one folder, no entry for it, and pictures that are not deflated again', async () => {
    await using it = await bench();
    const id = await it.start();
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
    await it.recorder.stop();
    const { path } = await it.store.archive(id);
    const script =
      'import sys, zipfile\nfor i in zipfile.ZipFile(sys.argv[1]).infolist(): print(i.filename, i.compress_type)';
    const { stdout } = await execute('python3', ['-c', script, path]);
    const entries = stdout.trim().split('\n');
    assert.equal(entries.length, 8);
    for (const entry of entries) {
      const [name = '', method] = entry.split(' ');
      assert.match(name, new RegExp(`^${id}/[a-z0-9_]+\\.(json|jsonl|png)$`));
      assert.equal(method, name.endsWith('.png') ? '0' : '8', name);
    }
  });
});

/** An archive of one call whose reader waits behind it. */
function pausedImport(reached: (value: undefined) => void, goOn: Promise<undefined>): Found {
  async function* items(): AsyncGenerator<ImportedItem> {
    yield { kind: 'call', atMs: 1, method: 'type_text', args: { text: 'a' }, success: true };
    reached(undefined);
    await goOn;
  }
  const imported = { name: 'paused', id: undefined, startMs: 0, items };
  const importer = { format: 'cua', mark: '', read: () => Promise.resolve(imported) } as const;
  const noFile = (): Promise<never> => Promise.reject(new Error('there is no file'));
  const files = {
    names: [],
    has: () => false,
    stream: noFile,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { importer, files };
}
