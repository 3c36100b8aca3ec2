// What a SIGKILL leaves is finished at the next start, with every acknowledged command in it, whenever the kill came.
import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { faultText } from '../../../trace/verify/fault.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { checkTrace } from './check.ts';
import { folder, killAndRecover, open, recordAndKill } from './kills.ts';
import { calls, unpack } from './setup.ts';

/** `npm run soak` has 200. */
const KILLS = 8;

describe('after a SIGKILL', () => {
  for (let seed = 1; seed <= KILLS; seed += 1) {
    it(`no acknowledged command is lost and every archive holds (seed ${seed})`, () => killAndRecover(seed));
  }
});

/** The journal of a trace that was killed, with its name and folder. */
async function killed(data: string): Promise<{ id: string; dir: string; journal: string }> {
  await recordAndKill(data, 5, 0);
  const id = (await readdir(join(data, 'traces'))).at(-1) ?? '';
  const dir = join(data, 'traces', id);
  return { id, dir, journal: join(dir, 'events.jsonl') };
}

describe('recovery', () => {
  it('cuts a torn tail, counts it and says that it recovered', async () => {
    await using it = await folder();
    const { id, journal } = await killed(it.data);
    await appendFile(journal, '{"v":1,"type":"repl');
    const text = await readFile(journal);
    // The kill may have torn a row itself.
    const end = text.lastIndexOf('\n') + 1;
    const whole = text.toString('utf8', 0, end);
    const store = await open(it.data);
    assert.deepEqual(await store.recover(), { finished: [id], removed: [], failed: [] });
    const archive = await checkTrace(store, id);
    const ended = archive.events.at(-1)?.data;
    assert.equal(ended?.['end'], 'recovered');
    assert.equal(ended['torn_bytes'], text.length - end);
    assert.ok((await archive.text('events.jsonl')).startsWith(whole));
    assert.equal(archive.metadata['end'], 'recovered');
    await store.close();
  });

  it('does nothing the second time', async () => {
    await using it = await folder();
    const { journal } = await killed(it.data);
    const first = await open(it.data);
    await first.recover();
    await first.close();
    const sealed = await readFile(journal, 'utf8');
    const second = await open(it.data);
    assert.deepEqual(await second.recover(), { finished: [], removed: [], failed: [] });
    assert.equal(await readFile(journal, 'utf8'), sealed);
    await second.close();
  });

  it('goes on where a recovery or a stop was killed: ended but not sealed', async () => {
    await using it = await folder();
    const { id, dir, journal } = await killed(it.data);
    const first = await open(it.data);
    await first.recover();
    await first.close();
    const sealed = await readFile(journal, 'utf8');
    for (const name of ['manifest.json', 'trace_metadata.json', `${id}.zip`]) await rm(join(dir, name));
    await writeFile(join(dir, `${id}.zip.tmp`), 'half an archive');
    const second = await open(it.data);
    assert.deepEqual((await second.recover()).finished, [id]);
    assert.equal(await readFile(journal, 'utf8'), sealed);
    await checkTrace(second, id);
    await second.close();
  });

  it('says what a loss of power took: a picture whose row is there', async () => {
    await using it = await folder();
    const { id, dir, journal } = await killed(it.data);
    const [, gone = ''] = /"frame":"([0-9a-f]{64})"/.exec(await readFile(journal, 'utf8')) ?? [];
    await rm(join(dir, 'frames', `${gone}.png`));
    const store = await open(it.data);
    assert.deepEqual(await store.recover(), { finished: [id], removed: [], failed: [] });
    const { path } = await store.archive(id);
    await using files = await openTraceFiles(path);
    const { faults, gaps } = await verifyTrace(files);
    assert.deepEqual(
      gaps.map(({ part, reason, lost }) => ({ part, reason, lost })),
      [{ part: 'picture', reason: 'ENOENT', lost: 1 }],
    );
    assert.match(faults.map(faultText).join('; '), /^events\.jsonl:\d+: its picture \S+ is missing$/);
    await store.close();
  });

  it('removes what was killed before its first row', async () => {
    await using it = await folder();
    const { id, journal } = await killed(it.data);
    await truncate(journal, 20);
    const store = await open(it.data);
    assert.deepEqual(await store.recover(), { finished: [], removed: [id], failed: [] });
    assert.deepEqual(await store.list(), []);
  });

  it('finishes what was killed between its first row and the folders of its pictures', async () => {
    await using it = await folder();
    const { id, dir, journal } = await killed(it.data);
    const [first = ''] = (await readFile(journal, 'utf8')).split('\n');
    await writeFile(journal, `${first}\n`);
    for (const name of ['frames', 'trees']) await rm(join(dir, name), { recursive: true });
    const store = await open(it.data);
    assert.deepEqual(await store.recover(), { finished: [id], removed: [], failed: [] });
    await checkTrace(store, id);
    await store.close();
  });

  it('says of a call without a reply that its outcome is unknown, and why its frames are missing', async () => {
    await using it = await folder();
    const { id, dir, journal } = await killed(it.data);
    const rows = (await readFile(journal, 'utf8')).split('\n');
    const lastCall = rows.findLastIndex((row) => row.includes('"type":"call"'));
    await writeFile(journal, `${rows.slice(0, lastCall + 1).join('\n')}\n`);
    const store = await open(it.data);
    await store.recover();
    const archive = await checkTrace(store, id);
    const call = calls(archive).at(-1);
    assert.equal(call?.['success'], false);
    assert.equal(call['error'], 'unknown outcome');
    assert.equal(call['ended'], null);
    const reason = 'the recording ended before it was there';
    assert.deepEqual(call['evidence'], { before: reason, after: reason, tree: reason });
    // Pictures whose rows are gone are gone too.
    const frames = await readdir(join(dir, 'frames'));
    assert.equal(frames.length, archive.pictures.length);
    await store.close();
  });

  it('does not let one trace keep the others from being finished', async () => {
    await using it = await folder();
    const { id } = await killed(it.data);
    const broken = 'trace_20200101_000000_00000000';
    await writeFile(join(it.data, 'traces', broken), 'a file where a folder should be');
    const store = await open(it.data);
    assert.deepEqual(await store.recover(), { finished: [id], removed: [], failed: [broken] });
    assert.deepEqual(
      (await store.list()).map((info) => info.trace_id),
      [id],
    );
    await unpack(store, id);
    await store.close();
  });
});
