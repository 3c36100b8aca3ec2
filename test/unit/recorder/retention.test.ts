// What is kept and what is let go of: by age, by size, never what is held; and that what was deleted is gone.
import assert from 'node:assert/strict';
import { readdir, readFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DeskreelError } from '../../../protocol/errors.ts';
import { systemClock, type Clock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { Retention, type RetentionLimits } from '../../../server/recorder/retention.ts';
import { checkTrace } from './check.ts';
import { bench, type Bench } from './setup.ts';
import { CLICK, run, screenOf } from './synthetic-guest.ts';

const HOUR = 3_600_000;

async function traced(it: Bench, screen: number): Promise<string> {
  const id = await it.start();
  run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(screen) });
  await it.recorder.stop();
  await it.store.archive(id);
  return id;
}

function retention(it: Bench, limits: RetentionLimits, now = Date.now()): Retention {
  const clock: Clock = { ...systemClock, now: () => now };
  return new Retention({ store: it.store, limits, clock, log: silentLog });
}

async function ids(it: Bench): Promise<string[]> {
  return (await it.store.list()).map(({ trace_id: id }) => id).sort();
}

describe('retention', () => {
  it('keeps everything where nothing else was said', async () => {
    await using it = await bench();
    const id = await traced(it, 1);
    assert.deepEqual(await retention(it, {}, Date.now() + 1000 * HOUR).sweep(), []);
    assert.deepEqual(await ids(it), [id]);
  });

  it('lets go of what is too old, and of nothing younger', async () => {
    await using it = await bench();
    const id = await traced(it, 1);
    assert.deepEqual(await retention(it, { ageMs: HOUR }, Date.now() + HOUR / 2).sweep(), []);
    assert.deepEqual(await retention(it, { ageMs: HOUR }, Date.now() + 2 * HOUR).sweep(), [id]);
    assert.deepEqual(await readdir(join(it.data, 'traces')), []);
  });

  it('lets go of the oldest where there is too much', async () => {
    await using it = await bench();
    const made = [await traced(it, 1), await traced(it, 2), await traced(it, 3)];
    const sizes = new Map((await it.store.kept()).map(({ traceId, bytes }) => [traceId, bytes]));
    const two = (sizes.get(made[1] ?? '') ?? 0) + (sizes.get(made[2] ?? '') ?? 0);
    assert.ok(two > 0);
    assert.deepEqual(await retention(it, { bytes: two + 10 }).sweep(), [made[0]]);
    assert.deepEqual(await ids(it), made.slice(1).sort());
  });

  it('never takes what is held, and neither does anybody, until it is released', async () => {
    await using it = await bench();
    const id = await traced(it, 1);
    assert.equal((await it.store.hold(id)).held, true);
    assert.deepEqual(await retention(it, { ageMs: HOUR, bytes: 1 }, Date.now() + 2 * HOUR).sweep(), []);
    await assert.rejects(
      it.store.delete(id),
      (error) => error instanceof DeskreelError && error.code === 'conflict' && /release/.test(error.message),
    );
    await checkTrace(it.store, id);
    assert.equal((await it.store.release(id)).held, false);
    assert.deepEqual(await retention(it, { ageMs: HOUR }, Date.now() + 2 * HOUR).sweep(), [id]);
  });

  it('of a kill in the middle of a deletion leaves nothing', async () => {
    await using it = await bench();
    const id = await traced(it, 1);
    const root = join(it.data, 'traces');
    await rename(join(root, id), join(root, `${id}.deleted`));
    await it.store.recover();
    assert.deepEqual(await readdir(root), []);
  });

  it('deletes what others share by one link at a time', async () => {
    await using it = await bench();
    const one = await traced(it, 1);
    it.guest.screen = await screenOf(0);
    const other = await traced(it, 1);
    const shared = join('frames', `${(await screenOf(1)).frame}.png`);
    await it.store.delete(one);
    const kept = join(it.data, 'traces', other, shared);
    assert.deepEqual(await readFile(kept), (await screenOf(1)).png);
    await checkTrace(it.store, other);
    await it.store.delete(other);
    await it.recorder.tidy();
    const left = await readdir(it.data, { recursive: true });
    assert.deepEqual(
      left.filter((name) => name.endsWith(shared)),
      [],
    );
    await assert.rejects(stat(kept));
    await mkdir(join(it.data, 'probe'));
  });
});
