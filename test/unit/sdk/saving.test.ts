import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { saveArchive } from '../../../sdk/tracing/save.ts';
import { prepareTarget, type SaveTarget } from '../../../sdk/tracing/target.ts';
import { StreamSink } from '../../../trace/zip/zip-sink.ts';
import { ZipWriter } from '../../../trace/zip/zip-writer.ts';
import { pathInside } from '../../../trace/files/inside.ts';

const ID = 'trace_20250103_143052_1a2b3c4d';
const FILES = { 'trace_metadata.json': '{}', '000001_initial_screenshot.png': 'picture' };

let cwd = '';
beforeEach(async () => (cwd = await mkdtemp(join(tmpdir(), 'deskreel-save-'))));
afterEach(() => rm(cwd, { recursive: true }));

async function zipOf(entries: Record<string, string>): Promise<Buffer> {
  const out = new PassThrough();
  const zip = new ZipWriter(new StreamSink(out));
  for (const [name, text] of Object.entries(entries)) await zip.addText(name, text);
  const [bytes] = await Promise.all([buffer(out), zip.finish()]);
  return bytes;
}

async function archive(entries: Record<string, string> = FILES): Promise<ReadableStream<Uint8Array>> {
  const inFolder = Object.entries(entries).map(([name, text]) => [`${ID}/${name}`, text]);
  return streamOf(await zipOf(Object.fromEntries(inFolder) as Record<string, string>));
}

function streamOf(bytes: Buffer): ReadableStream<Uint8Array> {
  return Readable.toWeb(
    Readable.from([bytes.subarray(0, 40), bytes.subarray(40)]),
  ) as ReadableStream<Uint8Array>;
}

const target = (format: 'zip' | 'dir', path?: string): Promise<SaveTarget> =>
  prepareTarget({ format, path }, ID, cwd);

describe('the place of a saved trace', () => {
  it('is ./traces by default, and parents are made', async () => {
    assert.equal((await target('zip')).path, join(cwd, 'traces', `${ID}.zip`));
    assert.equal((await target('dir')).path, join(cwd, 'traces', ID));
    assert.equal((await target('zip', 'a/b/my.zip')).path, join(cwd, 'a/b/my.zip'));
    assert.deepEqual(await readdir(join(cwd, 'a')), ['b']);
  });

  it('is inside a folder that is there already', async () => {
    await mkdir(join(cwd, 'mine'));
    assert.equal((await target('zip', 'mine')).path, join(cwd, 'mine', `${ID}.zip`));
    assert.equal((await target('dir', 'mine')).path, join(cwd, 'mine', ID));
    assert.equal((await target('zip', 'new/')).path, join(cwd, 'new', `${ID}.zip`));
    assert.equal((await target('dir', 'new-folder')).path, join(cwd, 'new-folder'));
  });

  it('is refused where something is there', async () => {
    await writeFile(join(cwd, 'file'), 'mine');
    await mkdir(join(cwd, 'folder', ID), { recursive: true });
    await assert.rejects(target('zip', 'file'), { code: 'conflict' });
    await assert.rejects(target('dir', 'file'), { code: 'conflict' });
    await assert.rejects(target('dir', 'folder'), { code: 'conflict' });
    await assert.rejects(target('zip', 'file/below.zip'), { code: 'bad_request' });
    assert.equal(await readFile(join(cwd, 'file'), 'utf8'), 'mine');
  });
});

describe('saving a trace', () => {
  it('leaves the ZIP as it came and nothing beside it', async () => {
    const bytes = await zipOf({ [`${ID}/a`]: 'x' });
    const path = await saveArchive(streamOf(bytes), await target('zip', 'out/my.zip'));
    assert.ok((await readFile(path)).equals(bytes));
    assert.deepEqual(await readdir(join(cwd, 'out')), ['my.zip']);
  });

  it('unpacks into the folder that was asked for, or a new one inside it', async () => {
    const first = await saveArchive(await archive(), await target('dir', 'out'));
    assert.equal(first, join(cwd, 'out'));
    assert.deepEqual((await readdir(first)).sort(), Object.keys(FILES).sort());
    await writeFile(join(first, 'mine'), 'kept');
    const second = await saveArchive(await archive(), await target('dir', 'out'));
    assert.equal(second, join(cwd, 'out', ID));
    assert.equal(await readFile(join(second, '000001_initial_screenshot.png'), 'utf8'), 'picture');
    assert.equal(await readFile(join(first, 'mine'), 'utf8'), 'kept');
    assert.deepEqual(await readdir(cwd), ['out']);
  });

  it('never takes the place of what came to be there meanwhile', async () => {
    const zip = await target('zip', 'my.zip');
    await writeFile(zip.path, 'mine');
    await assert.rejects(saveArchive(await archive(), zip), { code: 'conflict' });
    assert.equal(await readFile(zip.path, 'utf8'), 'mine');
    const dir = await target('dir', 'my-folder');
    await mkdir(dir.path);
    await writeFile(join(dir.path, 'mine'), 'mine');
    await assert.rejects(saveArchive(await archive(), dir), { code: 'conflict' });
    assert.deepEqual(await readdir(dir.path), ['mine']);
    assert.deepEqual((await readdir(cwd)).sort(), ['my-folder', 'my.zip']);
  });

  it('leaves nothing behind where the download breaks or is not an archive', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (stream) => {
        stream.enqueue(Buffer.from('PK'));
        stream.error(new Error('the connection broke'));
      },
    });
    await assert.rejects(saveArchive(broken, await target('zip', 'my.zip')), /the connection broke/);
    await assert.rejects(
      saveArchive(streamOf(Buffer.alloc(80)), await target('dir', 'out')),
      /cannot be opened/,
    );
    assert.deepEqual(await readdir(cwd), []);
  });

  it('refuses an archive with an entry that leaves its folder', async () => {
    for (const name of ['../evil', 'x/../../../evil', 'a\\..\\..\\evil', 'C:/evil']) {
      const bytes = await zipOf({ [`${ID}/${'_'.repeat(name.length)}`]: 'x' });
      // The writer cleans names; the name is put in its place in both headers.
      const patched = Buffer.from(
        bytes.toString('latin1').replaceAll('_'.repeat(name.length), name),
        'latin1',
      );
      await assert.rejects(
        saveArchive(streamOf(patched), await target('dir', 'out')),
        /cannot be read|leaves its folder/,
      );
      assert.deepEqual(await readdir(cwd), []);
      assert.deepEqual(
        (await readdir(join(cwd, '..'))).filter((file) => file === 'evil'),
        [],
      );
    }
  });
});

describe('the path of an entry', () => {
  const at = (fileName: string, attributes = 0) =>
    pathInside({ fileName, externalFileAttributes: attributes });

  it('is what lies below the archive’s own folder', () => {
    assert.equal(at(`${ID}/a.png`), 'a.png');
    assert.equal(at(`${ID}/sub/a.png`), join('sub', 'a.png'));
    assert.equal(at(`${ID}/`), undefined);
  });

  it('is refused where it leads away, or is a link', () => {
    for (const name of ['/etc/passwd', `${ID}/../x`, '..', `${ID}/./x`, `${ID}/a\\b`, `${ID}/a\0b`]) {
      assert.throws(() => at(name), /leaves its folder/, basename(name));
    }
    assert.throws(() => at(`${ID}/link`, (0o120777 << 16) >>> 0), /leaves its folder/);
  });
});
