// The flight recorder: what nobody traced can be cut out of it, it stays within its bounds, and what is deleted is gone there.
import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { DeskreelError } from '../../../protocol/errors.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import type { TraceStore } from '../../../server/recorder/traces-store.ts';
import { CHAIN_START } from '../../../trace/chain.ts';
import { readText } from '../../../trace/reader.ts';
import { checkTrace } from './check.ts';
import { assertChained, root } from './flight-rows.ts';
import { folder, open, recordAndKill } from './kills.ts';
import { bench, calls, DESKTOP, type Bench } from './setup.ts';
import { CLICK, run, screenOf, SyntheticGuest } from './synthetic-guest.ts';

const MINUTE = 60_000;

async function click(it: Pick<Bench, 'recorder' | 'guest'>, screen: number): Promise<string> {
  return run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(screen) }).callId;
}

/** Empty for what is gone by now: an archive is written under another name than it gets. */
async function readThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

async function filesHolding(dir: string, wanted: Buffer | string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readThere(path)).includes(wanted)) found.push(path);
  }
  return found;
}

const isConflict = (error: unknown): boolean => error instanceof DeskreelError && error.code === 'conflict';

describe('a cut', () => {
  it('is a trace of what nobody traced, and verifies', async () => {
    await using it = await bench();
    const made = [await click(it, 1), await click(it, 2)];
    run(it.recorder, it.guest, { command: 'screenshot', params: {} });
    const info = await it.recorder.cut({ lastMs: MINUTE, name: 'after the fact' });
    const archive = await checkTrace(it.store, info.trace_id);
    assert.deepEqual(
      calls(archive)
        .map((call) => call['call_id'])
        .slice(0, 2),
      made,
    );
    assert.deepEqual(archive.pictures.slice(1), [
      '000002_after_left_click.png',
      '000003_after_left_click.png',
    ]);
    const [start] = archive.events;
    assert.equal(start?.type, 'trace_start');
    const source = start.data['source'] as Record<string, unknown>;
    assert.equal(source['kind'], 'flight');
    const rows = readText(await archive.text('events.jsonl'));
    assert.ok(rows.every((entry) => entry.kind === 'row'));
    assert.equal(rows[1]?.kind === 'row' && rows[1].row.type === 'frame' && rows[1].row.data.when, 'initial');
    assert.equal(archive.events.at(-1)?.data['end'], 'cut');
    assert.equal(archive.metadata['name'], 'after the fact');
    assert.deepEqual(
      (await it.store.list()).map(({ trace_id: id, state }) => ({ id, state })),
      [{ id: info.trace_id, state: 'sealed' }],
    );
    const [row] = rows;
    assert.ok(row?.kind === 'row');
    assert.notEqual(row.row.run_id, source['run_id']);
  });

  it('holds the commands of its span alone, and begins with the screen as it was', async () => {
    await using it = await bench();
    await click(it, 1);
    // A loaded machine may take long for what follows, up to the moment that the cut counts from.
    await pause(2_000);
    const since = performance.now();
    const late = await click(it, 2);
    const { trace_id: id } = await it.recorder.cut({ lastMs: 1_500 + Math.ceil(performance.now() - since) });
    const archive = await checkTrace(it.store, id);
    assert.deepEqual(
      calls(archive).map((call) => call['call_id']),
      [late],
    );
    assert.equal(calls(archive)[0]?.['before'], '000001_initial_screenshot.png');
    const { png } = await screenOf(1);
    assert.deepEqual(await readFile(join(archive.dir, '000001_initial_screenshot.png')), png);
  });

  it('can be made while a trace runs, and shares its pictures with it', async () => {
    await using it = await bench();
    const traced = await it.start();
    await click(it, 1);
    await it.recorder.stop();
    const { trace_id: cut } = await it.recorder.cut({ lastMs: MINUTE });
    await checkTrace(it.store, traced);
    await checkTrace(it.store, cut);
    const picture = join('frames', `${(await screenOf(1)).frame}.png`);
    const [one, other] = await Promise.all(
      [traced, cut].map(async (id) => stat(join((await it.store.open(id)).dir, picture))),
    );
    assert.equal(one?.ino, other?.ino);
    assert.equal(one?.nlink, 3);
  });

  it('is refused where nothing is kept', async () => {
    for (const record of ['off', 'on-demand'] as const) {
      await using it = await bench({ record });
      await assert.rejects(it.recorder.cut({ lastMs: MINUTE }), isConflict);
      assert.deepEqual(await readdir(it.data).then((names) => names.includes('flight')), false);
    }
  });

  it('holds every acknowledged command after a SIGKILL', async () => {
    await using it = await folder();
    const acknowledged = await recordAndKill(it.data, 40, 5);
    const store = await open(it.data);
    await store.recover();
    const { recorder } = await recorderOf(store, 'd-child');
    const { trace_id: id } = await recorder.cut({ lastMs: 10 * MINUTE });
    const found = new Map(calls(await checkTrace(store, id)).map((call) => [call['call_id'], call]));
    for (const callId of acknowledged) assert.equal(found.get(callId)?.['success'], true, callId);
    await recorder.close();
    await store.close();
  });
});

async function recorderOf(store: TraceStore, id: string): Promise<Pick<Bench, 'recorder' | 'guest'>> {
  const guest = new SyntheticGuest(await screenOf(0));
  const parts = { desktop: { id, name: id }, record: 'always', store, port: guest } as const;
  const recorder = createRecorder({ ...parts, clock: systemClock, log: silentLog });
  guest.listener = recorder;
  return { recorder, guest };
}

describe('the flight recorder', () => {
  it('keeps one chain over its segments, and over a restart', async () => {
    const flightLimits = { ageMs: MINUTE, bytes: 1e9, segmentMs: MINUTE, segmentBytes: 6000 };
    await using it = await bench({ flightLimits });
    for (let screen = 1; screen <= 12; screen += 1) await click(it, screen);
    await it.recorder.close();
    assert.ok((await readdir(root(it.data))).length > 2);
    await assertChained(it.data, CHAIN_START);
    const again = await recorderOf(it.store, DESKTOP.id);
    await click(again, 20);
    const { trace_id: id } = await again.recorder.cut({ lastMs: MINUTE });
    assert.equal(calls(await checkTrace(it.store, id)).length, 13);
    await again.recorder.close();
    await assertChained(it.data, CHAIN_START);
  });

  it('lets go of what is more than its bounds', async () => {
    const flightLimits = { ageMs: MINUTE, bytes: 10_000, segmentMs: MINUTE, segmentBytes: 4000 };
    await using it = await bench({ flightLimits });
    for (let screen = 1; screen <= 40; screen += 1) await click(it, screen);
    const before = await readdir(root(it.data));
    await it.recorder.cut({ lastMs: MINUTE });
    await it.recorder.tidy();
    const after = await readdir(root(it.data));
    assert.ok(after.length < before.length, `${after.length} of ${before.length} segments are left`);
    await assertChained(it.data);
    assert.deepEqual(await filesHolding(root(it.data), (await screenOf(1)).png), []);
    const { trace_id: id } = await it.recorder.cut({ lastMs: MINUTE });
    assert.ok(calls(await checkTrace(it.store, id)).length < 40);
  });

  it('sees no pixel while a trace without pictures runs', async () => {
    await using it = await bench();
    await click(it, 1);
    await it.start({ screenshots: false });
    await click(it, 2);
    run(it.recorder, it.guest, { command: 'screenshot', params: {}, leadsTo: await screenOf(3) });
    const { trace_id: traced } = await it.recorder.stop();
    await click(it, 4);
    const { trace_id: cut } = await it.recorder.cut({ lastMs: MINUTE });
    // Files come and go while an archive is written.
    for (const id of [traced, cut]) await it.store.archive(id);
    // Screen 3 is what is there when pictures are wanted again.
    assert.deepEqual(await filesHolding(it.data, (await screenOf(2)).png), []);
    assert.notDeepEqual(await filesHolding(it.data, (await screenOf(4)).png), []);
  });

  it('gives up what is deleted, and keeps the rest', async () => {
    await using it = await bench();
    await click(it, 1);
    await pause(5);
    const id = await it.start();
    run(it.recorder, it.guest, {
      command: 'type_text',
      params: { text: 'tangerine' },
      leadsTo: await screenOf(2),
    });
    await click(it, 3);
    await it.recorder.stop();
    await pause(5);
    it.guest.screen = await screenOf(4);
    const kept = await click(it, 5);
    await it.store.delete(id);
    await it.store.close();
    assert.deepEqual(await filesHolding(it.data, 'tangerine'), []);
    for (const gone of [2, 3]) assert.deepEqual(await filesHolding(it.data, (await screenOf(gone)).png), []);
    await assertChained(it.data, CHAIN_START);
    const { trace_id: cut } = await it.recorder.cut({ lastMs: MINUTE });
    const left = calls(await checkTrace(it.store, cut)).map((call) => call['call_id']);
    assert.equal(left.length, 2);
    assert.equal(left[1], kept);
  });

  it('goes with its desktop', async () => {
    await using it = await bench();
    await click(it, 1);
    await it.recorder.close();
    await it.recorder.discard();
    assert.deepEqual(await readdir(join(it.data, 'flight')), []);
  });

  it('that cannot write stops nobody, is counted, and says what it lost', async () => {
    await using it = await bench();
    await it.recorder.close();
    await rm(join(it.data, 'flight'), { recursive: true });
    await writeFile(join(it.data, 'flight'), 'a file where a folder should be');
    const blocked = await recorderOf(it.store, DESKTOP.id);
    const { recorder } = blocked;
    await click(blocked, 1);
    assert.ok(it.store.metrics.faults().flight >= 2);
    await rm(join(it.data, 'flight'));
    await click(blocked, 2);
    const { trace_id: id } = await recorder.cut({ lastMs: MINUTE });
    const archive = await checkTrace(it.store, id);
    assert.equal(calls(archive).length, 1);
    const fault = archive.events.find((event) => event.type === 'fault');
    assert.ok(Number(fault?.data['lost']) >= 2);
    await recorder.close();
  });
});
