// ZIPs as they are written: read by Info-ZIP, Python and yauzl, with many entries and far offsets, in little memory.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { readWhole } from '../../../trace/files/trace-files.ts';
import { ZipFiles } from '../../../trace/files/zip-files.ts';
import { centralRecord, endRecords, localHeader } from '../../../trace/zip/zip-records.ts';
import { FileSink, StreamSink } from '../../../trace/zip/zip-sink.ts';
import { ZipWriter } from '../../../trace/zip/zip-writer.ts';

const execute = promisify(execFile);
const DATE = new Date('2026-01-02T03:04:06Z');
/** Says of each entry what Python's reader makes of it, once it has checked all checksums. */
const PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    infos = archive.infolist()
    print(len(infos), infos[-1].filename, infos[-1].header_offset, infos[-1].date_time, oct(infos[-1].external_attr >> 16))
`;

let folder = '';
before(async () => (folder = await mkdtemp(join(tmpdir(), 'deskreel-zip-writer-'))));
after(() => rm(folder, { recursive: true }));

const python = async (path: string): Promise<string> =>
  (await execute('python3', ['-c', PYTHON, path])).stdout;

/** More than any buffer holds, and no two parts alike. */
function largeText(): string {
  return Array.from({ length: 400_000 }, (_, number) => `line ${number}`).join('\n');
}

async function addAll(zip: ZipWriter): Promise<Map<string, Buffer>> {
  const large = Buffer.from(largeText());
  await writeFile(join(folder, 'small'), 'small');
  await writeFile(join(folder, 'large'), large);
  await zip.addText('t/text.txt', 'Grüße');
  await zip.addText('t/empty.txt', '');
  await zip.addText('t/long.txt', large.toString());
  await zip.addFile(join(folder, 'small'), 't/stored.bin', { stored: true });
  await zip.addFile(join(folder, 'large'), 't/large-stored.bin', { stored: true });
  await zip.addFile(join(folder, 'large'), 't/large.bin');
  await zip.addStream(Readable.from([large.subarray(0, 9), large.subarray(9)]), 't/stream.bin');
  await zip.addStream(Readable.from([Buffer.from('sm'), Buffer.from('all')]), 't/漢.txt', { stored: true });
  await zip.finish();
  return new Map([
    ['text.txt', Buffer.from('Grüße')],
    ['empty.txt', Buffer.alloc(0)],
    ['long.txt', large],
    ['stored.bin', Buffer.from('small')],
    ['large-stored.bin', large],
    ['large.bin', large],
    ['stream.bin', large],
    ['漢.txt', Buffer.from('small')],
  ]);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a ZIP', () => {
  it('holds texts, files and streams, deflated and stored, as three readers find them', async () => {
    const path = join(folder, 'all.zip');
    const wanted = await addAll(new ZipWriter(await FileSink.open(path), DATE));
    await using files = await ZipFiles.open(path);
    assert.deepEqual(files.names, [...wanted.keys()]);
    for (const [name, content] of wanted) assert.ok((await readWhole(files, name)).equals(content), name);
    assert.match((await execute('unzip', ['-tq', path])).stdout, /No errors detected/);
    assert.match(await python(path), /^8 t\/漢\.txt \d+ \(2026, 1, 2, 3, 4, 6\) 0o100644$/m);
  });

  it('is the same as a file and as a stream', async () => {
    const path = join(folder, 'same.zip');
    await addAll(new ZipWriter(await FileSink.open(path), DATE));
    const sink = new PassThrough();
    const [streamed] = await Promise.all([buffer(sink), addAll(new ZipWriter(new StreamSink(sink), DATE))]);
    assert.ok(streamed.equals(await readFile(path)));
  });

  it('may have more entries than 16 bits count', async () => {
    const path = join(folder, 'many.zip');
    await writeFile(join(folder, 'empty'), '');
    const zip = new ZipWriter(await FileSink.open(path));
    for (let number = 0; number < 66_000; number += 1) {
      await zip.addStream(Readable.from([]), `t/${number}`, { stored: true });
    }
    await zip.finish();
    await using files = await ZipFiles.open(path);
    assert.deepEqual([files.names.length, files.names.at(-1)], [66_000, '65999']);
    assert.match(await python(path), /^66000 t\/65999 /);
    assert.match((await execute('unzip', ['-l', path, 't/65999'])).stdout, /1 file/);
  });

  it('may be larger than 32 bits count', async () => {
    const path = join(folder, 'far.zip');
    const content = Buffer.from('far away');
    const offset = 5 * 2 ** 30;
    const about = { name: Buffer.from('t/far.txt'), stored: true, date: DATE, streamed: false };
    const entry = {
      ...about,
      offset,
      crc: crc32(content),
      compressed: content.length,
      size: content.length,
    };
    const [before_, record] = [Buffer.concat([localHeader(entry), content]), centralRecord(entry)];
    const list = { offset: offset + before_.length, bytes: record.length };
    // A hole up to there, which takes no room on the disk.
    const file = await open(path, 'w');
    await file.write(Buffer.concat([before_, record, endRecords(1, list)]), 0, undefined, offset);
    await file.close();
    await using files = await ZipFiles.open(path);
    assert.equal((await readWhole(files, 'far.txt')).toString(), 'far away');
    assert.match(await python(path), new RegExp(`^1 t/far\\.txt ${offset} `));
  });

  it('takes the memory of its buffers, however many entries it has', async () => {
    const path = join(folder, 'memory.zip');
    const content = Buffer.alloc(50_000, 'no two steps of a trace are alike; ');
    await writeFile(join(folder, 'picture'), content);
    const zip = new ZipWriter(await FileSink.open(path));
    const held = (): number => process.memoryUsage().arrayBuffers;
    const before_ = held();
    let most = 0;
    for (let number = 0; number < 1500; number += 1) {
      await zip.addFile(join(folder, 'picture'), `t/${number}.png`, { stored: true });
      await zip.addText(`t/${number}.json`, content.toString('latin1'));
      // Small buffers are slices of a pool: what is kept of an entry must not hold the pool.
      await zip.addStream(
        Readable.from([Buffer.allocUnsafe(Buffer.poolSize / 2 - 1).fill(number)]),
        `t/${number}`,
      );
      if (number % 250 !== 249) continue;
      // What is held, not what nobody has collected yet.
      collectGarbage();
      most = Math.max(most, held() - before_);
    }
    await zip.finish();
    assert.ok((await stat(path)).size > 1500 * content.length);
    // The contents are 143 MiB.
    assert.ok(most < 16 * 2 ** 20, `${Math.round(most / 2 ** 20)} MiB`);
  });

  it('is none where a stream fails, a file is not there, or nobody reads on', async () => {
    const failing = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      await Promise.reject(new Error('the disk broke'));
    };
    const sink = new PassThrough().resume();
    const zip = new ZipWriter(new StreamSink(sink));
    const failed = new Promise((resolve) => sink.once('error', resolve));
    await assert.rejects(zip.addStream(Readable.from(failing()), 'a'), /the disk broke/);
    assert.match(String(await failed), /the disk broke/);
    await assert.rejects(zip.addText('b', 'b'), /the disk broke/);
    const other = new ZipWriter(await FileSink.open(join(folder, 'none.zip')));
    await assert.rejects(other.addFile(join(folder, 'nowhere'), 'c'), { code: 'ENOENT' });
    await assert.rejects(other.finish(), { code: 'ENOENT' });
    const unread = new PassThrough();
    const much = Readable.from([Buffer.alloc(3 * 2 ** 20)]);
    const waiting = new ZipWriter(new StreamSink(unread)).addStream(much, 'd', { stored: true });
    setImmediate(() => unread.destroy());
    await assert.rejects(waiting, /closed/);
  });
});
