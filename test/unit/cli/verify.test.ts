// `deskreel trace verify` as a person uses it on a saved trace: no server runs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bench, unpack } from '../recorder/setup.ts';
import { CLICK, run, screenOf } from '../recorder/synthetic-guest.ts';

const MAIN = join(import.meta.dirname, '../../../cli/main.ts');

function verify(data: string, ...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const env = { ...process.env, DESKREEL_DATA: data, DESKREEL_PORT: '1', DESKREEL_URL: '' };
  return new Promise((resolve) => {
    const words = [MAIN, 'trace', 'verify', ...args];
    execFile(process.execPath, words, { env }, (error, out, err) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

describe('trace verify', () => {
  it('says ok of a ZIP, a folder and an id, and names the row and the file that were changed', async () => {
    await using it = await bench();
    const id = await it.start();
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
    await it.recorder.stop();
    const { path } = await it.store.archive(id);
    const { dir } = await unpack(it.store, id);
    for (const wanted of [path, dir, id]) {
      const { status, out, err } = await verify(it.data, wanted);
      assert.match(out, /^ok, signed by [0-9a-f]{32}\n$/, err);
      assert.equal(status, 0);
    }
    const elsewhere = await verify(join(it.data, 'empty'), path);
    assert.match(elsewhere.out, /^ok, signed by [0-9a-f]{32}, not compared\n$/);
    const journal = join(dir, 'events.jsonl');
    await writeFile(journal, (await readFile(journal, 'utf8')).replace('"x":100', '"x":101'));
    await appendFile(join(dir, '000002_after_left_click.png'), 'x');
    const changed = await verify(it.data, dir);
    assert.equal(changed.status, 1);
    assert.match(changed.out, /^events\.jsonl:4: .+$/m);
    assert.match(changed.out, /^000002_after_left_click\.png: .+$/m);
  });

  it('compares with the key that it is given, and refuses what is no trace', async () => {
    await using it = await bench();
    const id = await it.start();
    await it.recorder.stop();
    const { path } = await it.store.archive(id);
    const key = join(it.data, 'other.pem');
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
    await writeFile(key, pem);
    const other = await verify(it.data, path, '--key', key);
    assert.equal(other.status, 1);
    assert.match(other.out, /^manifest\.json: it is signed by another key: /);
    const nothing = await verify(it.data, join(it.data, 'nothing.zip'));
    assert.equal(nothing.status, 1);
    assert.match(nothing.err, /^deskreel: .*nothing\.zip cannot be opened as a trace/);
  });
});
