// ZIPs with many entries, read side by side, cut off, and closed.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readWhole } from '../../../trace/files/trace-files.ts';
import { ZipFiles } from '../../../trace/files/zip-files.ts';
import { FileSink } from '../../../trace/zip/zip-sink.ts';
import { ZipWriter } from '../../../trace/zip/zip-writer.ts';

const COUNT = 3000;
const textOf = (number: number): string => `${number} `.repeat(number);

describe('the files of a ZIP', () => {
  let folder = '';
  let path = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deskreel-zip-files-'));
    path = join(folder, 'many.zip');
    const zip = new ZipWriter(await FileSink.open(path));
    for (let number = 0; number < COUNT; number += 1)
      await zip.addText(`trace/${number}.txt`, textOf(number));
    await zip.finish();
  });
  after(() => rm(folder, { recursive: true }));

  it('are listed in their order and read whole, many at the same time', async () => {
    await using files = await ZipFiles.open(path);
    assert.deepEqual(
      files.names,
      Array.from({ length: COUNT }, (_, number) => `${number}.txt`),
    );
    const wanted = Array.from({ length: 100 }, (_, index) => (index * 7919) % COUNT);
    const texts = await Promise.all(wanted.map((number) => readWhole(files, `${number}.txt`)));
    for (const [index, number] of wanted.entries()) assert.equal(texts[index]?.toString(), textOf(number));
  });

  it('can be left in the middle of one, and read on', async () => {
    await using files = await ZipFiles.open(path);
    const last = `${COUNT - 1}.txt`;
    for await (const chunk of await files.stream(last)) {
      assert.ok(chunk);
      break;
    }
    assert.equal((await readWhole(files, last)).toString(), textOf(COUNT - 1));
  });

  it('are none where the file is cut off, wherever', async () => {
    const bytes = await readFile(path);
    for (const length of [0, 10, 1000, bytes.length - 30_000, bytes.length - 1]) {
      const cut = join(folder, 'cut.zip');
      await writeFile(cut, bytes.subarray(0, length));
      await assert.rejects(ZipFiles.open(cut), `${length} bytes`);
    }
  });

  it('fail where their bytes are not those that were packed', async () => {
    const bytes = await readFile(path);
    bytes.fill(0xff, 100_000, 200_000);
    const spoilt = join(folder, 'spoilt.zip');
    await writeFile(spoilt, bytes);
    await using files = await ZipFiles.open(spoilt);
    const ends = await Promise.allSettled(files.names.map((name) => readWhole(files, name)));
    const failed = ends.filter(({ status }) => status === 'rejected').length;
    assert.ok(failed > 0 && failed < COUNT, `${failed} failed`);
  });

  it('cannot be read once they are closed', async () => {
    const files = await ZipFiles.open(path);
    await files[Symbol.asyncDispose]();
    await assert.rejects(readWhole(files, '5.txt'));
  });
});
