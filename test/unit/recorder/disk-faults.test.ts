// A disk that fails: the desktop goes on, what was answered before is kept, and the trace says what it does not hold.
// The file system refuses bytes past the process's own limit of a file's size (EFBIG), which can be set and lifted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { verifyTrace, type Verdict } from '../../../trace/verify/verify.ts';
import { checkTrace } from './check.ts';
import { bench, calls, DESKTOP, type Bench, type EventFile, type Unpacked } from './setup.ts';
import { callOf, CLICK, run, screenOf } from './synthetic-guest.ts';

/** What a command that went well answers. */
const DONE = { success: true, result: {}, error: undefined, durationMs: 1, image: undefined } as const;

const MINUTE = 60_000;

/** Bytes; the half row that still fits is cut off again. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

/** From now on neither the trace's journal nor the flight recorder's takes another row. */
async function failDisk(it: Bench, traceId: string): Promise<void> {
  const flight = join(it.data, 'flight', DESKTOP.id);
  const [segment = ''] = (await readdir(flight)).sort().slice(-1);
  const sizes = [join(it.data, 'traces', traceId), join(flight, segment)].map(
    (dir) => statSync(join(dir, 'events.jsonl')).size,
  );
  limitFiles(Math.min(...sizes) + 10);
}

async function click(it: Bench, screen: number): Promise<string> {
  return run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(screen) }).callId;
}

/** Pictures may be written there at this very moment. */
async function removeUnderWriters(dir: string): Promise<void> {
  await rm(dir, { recursive: true, maxRetries: 20, retryDelay: 10 });
}

const callIds = (archive: Unpacked): unknown[] => calls(archive).map((call) => call['call_id']);
const faultsIn = ({ events }: Unpacked): EventFile[] => events.filter(({ type }) => type === 'fault');

async function verdictOf(it: Bench, traceId: string): Promise<Verdict> {
  await using files = await openTraceFiles((await it.store.archive(traceId)).path);
  return await verifyTrace(files);
}

describe('a disk that fails while a trace runs', () => {
  afterEach(() => limitFiles('unlimited'));

  it('hinders no command, and the trace says which time it does not hold', async () => {
    await using it = await bench();
    const id = await it.start();
    const before = await click(it, 1);
    await failDisk(it, id);
    const lost = [await click(it, 2), await click(it, 3)];
    assert.ok(it.store.metrics.faults().journal >= 2);
    limitFiles('unlimited');
    const after = await click(it, 4);
    await it.recorder.stop();
    const archive = await checkTrace(it.store, id);
    assert.deepEqual(callIds(archive), [before, after]);
    const [fault, ...others] = faultsIn(archive);
    assert.deepEqual(others, []);
    assert.equal(fault?.data['commands'], lost.length);
    assert.equal(fault.data['reason'], 'EFBIG');
    assert.ok(Number(fault.data['since_ms']) <= Number(fault.data['until_ms']));
    const { faults, gaps } = await verdictOf(it, id);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      gaps.map(({ commands, part, reason }) => ({ commands, part, reason })),
      [{ commands: 2, part: 'journal', reason: 'EFBIG' }],
    );
    const { trace_id: cut } = await it.recorder.cut({ lastMs: MINUTE });
    assert.equal(faultsIn(await checkTrace(it.store, cut))[0]?.data['commands'], lost.length);
  });

  it('answers what was under way as it ended, and tells that its reply is not recorded', async () => {
    await using it = await bench();
    const id = await it.start();
    const call = callOf(CLICK);
    it.recorder.onCall(call);
    await failDisk(it, id);
    it.recorder.onReply(call, DONE);
    limitFiles('unlimited');
    await it.recorder.stop();
    const archive = await checkTrace(it.store, id);
    assert.equal(calls(archive)[0]?.['error'], 'unknown outcome');
    const [fault] = faultsIn(archive);
    assert.equal(fault?.data['lost'], 1);
    assert.equal(fault.data['commands'], 0);
  });

  it('until its end: what is there is finished when the disk is well again, with what is not', async () => {
    await using it = await bench();
    const id = await it.start();
    const before = await click(it, 1);
    await failDisk(it, id);
    await click(it, 2);
    await assert.rejects(it.recorder.stop());
    limitFiles('unlimited');
    const archive = await checkTrace(it.store, id);
    assert.deepEqual(callIds(archive), [before]);
    assert.equal(archive.metadata['end'], 'recovered');
    assert.equal(faultsIn(archive)[0]?.data['commands'], 1);
    const next = await it.start();
    await click(it, 3);
    await it.recorder.stop();
    assert.equal(calls(await checkTrace(it.store, next)).length, 1);
  });

  it('by taking the trace away: commands go on, the flight recorder holds them, stop says so', async () => {
    await using it = await bench();
    const id = await it.start();
    const made = [await click(it, 1)];
    await removeUnderWriters(join(it.data, 'traces', id));
    made.push(await click(it, 2));
    assert.ok(it.store.metrics.faults().journal >= 1);
    await assert.rejects(it.recorder.stop(), /was removed/);
    const { trace_id: cut } = await it.recorder.cut({ lastMs: MINUTE });
    assert.deepEqual(callIds(await checkTrace(it.store, cut)), made);
  });

  it('by taking the flight recorder away: it begins anew, and says so', async () => {
    await using it = await bench();
    await click(it, 1);
    await removeUnderWriters(join(it.data, 'flight', DESKTOP.id));
    const after = await click(it, 2);
    const { trace_id: cut } = await it.recorder.cut({ lastMs: MINUTE });
    assert.deepEqual(callIds(await checkTrace(it.store, cut)), [after]);
  });
});

describe('a guest that fails while a trace runs', () => {
  it('is told and counted: an encoder that throws, an agent that is lost', async () => {
    await using it = await bench();
    const id = await it.start();
    const call = callOf(CLICK);
    it.recorder.onCall(call);
    const wish = it.recorder.wish(call);
    assert.ok(wish?.after);
    const about = { call_id: call.callId, evidence: 'the encoder threw: out of memory' };
    for (const when of ['before', 'after'] as const)
      it.recorder.onCapture({ type: 'no_frame', when, ...about }, undefined);
    it.recorder.onReply(call, DONE);
    it.recorder.onGuest('lost', 'it was killed');
    it.recorder.onGuest('back', 'it runs again');
    await it.recorder.stop();
    const archive = await checkTrace(it.store, id);
    assert.match(JSON.stringify(calls(archive)[0]?.['evidence']), /the encoder threw/);
    const states = archive.events.filter(({ type }) => type === 'desktop').map(({ data }) => data['state']);
    assert.deepEqual(states, ['agent_lost', 'agent_back']);
    const faults = it.store.metrics.faults();
    assert.equal(faults.picture, 2);
    assert.equal(faults.guest, 1);
  });
});
