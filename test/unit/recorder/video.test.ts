// A trace with video: pictures as the screen changes, from start to stop, and a video of it after a kill too.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { readTimeline } from '../../../trace/exports/video/timeline.ts';
import { openTrace } from '../../../trace/source/source.ts';
import { exported } from '../../support/exports.ts';
import { checkTrace } from './check.ts';
import { bench, type Bench } from './setup.ts';
import { CLICK, run, screenOf } from './synthetic-guest.ts';

async function film(it: Bench): Promise<string> {
  const id = await it.start({ video: true });
  for (const number of [1, 2, 3]) it.guest.changes(await screenOf(number));
  run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(4) });
  it.guest.changes(await screenOf(5));
  return id;
}

describe('a trace with video', () => {
  it('holds a picture of each change, until it is stopped', async () => {
    await using it = await bench({ record: 'on-demand' });
    const id = await film(it);
    await it.recorder.stop();
    assert.equal(it.guest.filming, false);
    const archive = await checkTrace(it.store, id);
    const filmed = archive.pictures.filter((name) => name.endsWith('_video_frame.png'));
    assert.equal(filmed.length, 4, archive.pictures.join(' '));
    await using trace = await openTrace((await it.store.archive(id)).path);
    const { shown } = await readTimeline(trace);
    const whens = new Set(shown.map(({ frame }) => frame.when));
    assert.deepEqual([...whens].sort(), ['after', 'before', 'final', 'initial', 'video']);
    const times = shown.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
  });

  it('is filmed on by an agent that came back', async () => {
    await using it = await bench({ record: 'on-demand' });
    await it.start({ video: true });
    it.guest.filming = false;
    it.recorder.onGuest('lost', 'killed');
    it.recorder.onGuest('back', 'started anew');
    assert.ok(it.guest.filming);
    await it.recorder.stop();
  });

  it('is refused without screenshots, and not filmed where nobody asked', async () => {
    await using it = await bench({ record: 'on-demand' });
    await assert.rejects(it.start({ video: true, screenshots: false }), {
      code: 'bad_request',
      message: /video/,
    });
    await it.start();
    assert.equal(it.guest.filming, false);
  });

  it('makes a video after a kill', async () => {
    await using it = await bench({ record: 'on-demand' });
    const id = await film(it);
    // As another process finds it: no last row, no seal.
    const data = await mkdtemp(join(tmpdir(), 'deskreel-killed-'));
    try {
      const store = await openTraceStore({ data, clock: systemClock, log: silentLog });
      await cp(join(it.data, 'traces', id), join(data, 'traces', id), { recursive: true });
      assert.deepEqual((await store.recover()).finished, [id]);
      const video = await exported((await store.archive(id)).path, 'video');
      assert.deepEqual([...video.subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3], 'a WebM');
      await store.close();
      assert.ok((await readdir(join(data, 'traces'))).includes(id));
    } finally {
      await rm(data, { recursive: true });
    }
  });
});
