// The recorder between start and stop: what it takes, what it waits for, what it refuses.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeskreelError } from '../../../protocol/errors.ts';
import { bench, calls, unpack } from './setup.ts';
import { callOf, CLICK, run, screenOf } from './synthetic-guest.ts';

function code(expected: string, message?: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof DeskreelError &&
    error.code === expected &&
    (message === undefined || error.message === message);
}

describe('start and stop', () => {
  it('refuse to be called twice, in the words that clients know', async () => {
    await using it = await bench();
    await assert.rejects(
      async () => it.recorder.stop(),
      code('trace_inactive', 'Tracing is not active. Call start() first.'),
    );
    assert.throws(() => it.recorder.addMetadata('a', 1), code('trace_inactive'));
    const first = it.start();
    await assert.rejects(it.start(), code('trace_active', 'Tracing is already active. Call stop() first.'));
    await first;
    await assert.rejects(it.start(), code('trace_active'));
    const stopping = it.recorder.stop();
    await assert.rejects(async () => it.recorder.stop(), code('trace_inactive'));
    await stopping;
    assert.equal(it.recorder.active, undefined);
  });

  it('refuse a desktop that is never recorded', async () => {
    await using it = await bench({ record: 'off' });
    await assert.rejects(it.start(), code('conflict'));
    assert.deepEqual(await it.store.list(), []);
  });

  it('follow each other, each trace with its own first picture', async () => {
    await using it = await bench();
    const ids = [];
    for (let round = 0; round < 2; round += 1) {
      ids.push(await it.start());
      run(it.recorder, it.guest, CLICK);
      await it.recorder.stop();
    }
    for (const id of ids) {
      const archive = await unpack(it.store, id);
      assert.deepEqual(archive.pictures, ['000001_initial_screenshot.png']);
      assert.equal(calls(archive)[0]?.['screenshot'], '000001_initial_screenshot.png');
    }
    assert.equal(new Set(ids).size, 2);
  });

  it('start waits for a stop that is under way', async () => {
    await using it = await bench();
    const first = await it.start();
    const stopping = it.recorder.stop();
    const second = await it.start();
    assert.notEqual(second, first);
    assert.equal((await stopping).trace_id, first);
  });

  it('stop does not wait for a command that runs on', async () => {
    await using it = await bench({ replyWaitMs: 20 });
    const id = await it.start();
    const long = callOf({ command: 'run_command', params: { command: 'sleep 60' } });
    it.recorder.onCall(long);
    await it.recorder.stop();
    const outcome = { success: true, result: {}, error: undefined, durationMs: 60_000, image: undefined };
    it.recorder.onReply(long, outcome);
    const [call] = calls(await unpack(it.store, id));
    assert.equal(call?.['error'], 'unknown outcome');
  });

  it('stop waits a moment for a reply that is under way', async () => {
    await using it = await bench();
    const id = await it.start({ screenshots: false });
    const call = callOf(CLICK);
    it.recorder.onCall(call);
    it.recorder.wish(call);
    const stopping = it.recorder.stop();
    const outcome = { success: true, result: {}, error: undefined, durationMs: 1, image: undefined };
    setTimeout(() => it.recorder.onReply(call, outcome), 30);
    await stopping;
    assert.equal(calls(await unpack(it.store, id))[0]?.['success'], true);
  });

  it('leave commands alone that were given before the start', async () => {
    await using it = await bench();
    const early = callOf(CLICK);
    it.recorder.onCall(early);
    const id = await it.start();
    it.recorder.onReply(early, {
      success: true,
      result: {},
      error: undefined,
      durationMs: 1,
      image: undefined,
    });
    // Its picture comes all the same, and the guest will not send that picture again.
    it.guest.frame(early.callId, 'after', await screenOf(7));
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(7) });
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    assert.equal(calls(archive).length, 1);
    assert.equal(calls(archive)[0]?.['screenshot'], '000002_after_left_click.png');
  });

  it('close ends the trace that runs, also one that is just being started', async () => {
    await using it = await bench();
    const starting = it.start();
    await it.recorder.close();
    const info = await it.store.info(await starting);
    assert.equal(info.state, 'sealed');
  });
});

describe('frames', () => {
  it('that come after the reply, and after the next call, find their call', async () => {
    await using it = await bench();
    const id = await it.start();
    const one = run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1), hold: true });
    const params = { key: 'Return' };
    run(it.recorder, it.guest, { command: 'press_key', params, leadsTo: await screenOf(2) });
    one.late();
    await it.recorder.stop();
    const [click, key] = calls(await unpack(it.store, id));
    assert.equal(click?.['method'], 'left_click');
    // The screen after the click was first seen as the screen before the key.
    assert.equal(click['screenshot'], '000002_before_press_key.png');
    assert.equal(key?.['before'], '000002_before_press_key.png');
    assert.equal(key['screenshot'], '000003_after_press_key.png');
  });

  it('under way are waited for by stop', async () => {
    await using it = await bench();
    const id = await it.start();
    const held = run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1), hold: true });
    const stopping = it.recorder.stop();
    setTimeout(() => held.late(), 50);
    await stopping;
    const [click] = calls(await unpack(it.store, id));
    assert.equal(click?.['screenshot'], '000002_after_left_click.png');
  });

  it('that never come leave a reason, not a hole', async () => {
    await using it = await bench({ captureWaitMs: 20 });
    const id = await it.start({ accessibility_tree: true });
    run(it.recorder, it.guest, { ...CLICK, hold: true });
    const { summary } = await it.recorder.stop();
    const archive = await unpack(it.store, id);
    const [click] = calls(archive);
    assert.equal(click?.['screenshot'], null);
    assert.equal(click['success'], true);
    const reason = 'it did not arrive within 20 ms of the reply';
    assert.deepEqual(click['evidence'], { after: reason, tree: reason });
    assert.equal(archive.events[2]?.type, 'accessibility_tree');
    assert.equal(archive.events[2].data['tree'], null);
    assert.equal(summary?.screenshots, 1);
  });

  it('without their picture are told, and the guest is asked to send pictures again', async () => {
    await using it = await bench();
    const id = await it.start();
    const { callId } = run(it.recorder, it.guest, { ...CLICK, hold: true });
    it.guest.frameWithoutPicture(callId, 'after', await screenOf(9));
    const before = it.guest.forgotten;
    await it.recorder.stop();
    assert.ok(it.guest.forgotten > before);
    const archive = await unpack(it.store, id);
    assert.deepEqual(archive.pictures, ['000001_initial_screenshot.png']);
    assert.deepEqual(calls(archive)[0]?.['evidence'], { after: 'the agent sent no picture with it' });
  });

  it('of a lost agent are given up at once, and the loss is an event', async () => {
    await using it = await bench();
    const id = await it.start();
    run(it.recorder, it.guest, { ...CLICK, hold: true });
    it.recorder.onGuest('lost', 'the link closed with 1006');
    it.guest.available = false;
    const began = performance.now();
    await it.recorder.stop();
    assert.ok(performance.now() - began < 1000);
    const archive = await unpack(it.store, id);
    assert.deepEqual(archive.events[2]?.data, { state: 'agent_lost', reason: 'the link closed with 1006' });
    assert.deepEqual(calls(archive)[0]?.['evidence'], {
      after: 'the agent was lost: the link closed with 1006',
    });
  });

  it('are not waited for where the command never reached the desktop', async () => {
    await using it = await bench();
    const id = await it.start();
    const call = callOf({ command: 'left_click', params: { x: 'left' } });
    const error = { code: 'bad_params', message: 'left_click: x: expected a number' } as const;
    it.recorder.onCall(call);
    it.recorder.onReply(call, {
      success: false,
      result: undefined,
      error,
      durationMs: 0,
      image: undefined,
    });
    await it.recorder.stop();
    const [click] = calls(await unpack(it.store, id));
    assert.equal(click?.['success'], false);
    assert.equal(click['error'], error.message);
    assert.equal(click['error_code'], 'bad_params');
    const reason = 'the command did not reach the desktop';
    assert.deepEqual(click['evidence'], { before: reason, after: reason });
  });

  it('that a client asked for are kept, and shared when equal', async () => {
    await using it = await bench();
    const id = await it.start();
    const screenshot = { command: 'screenshot', params: { format: 'png' } } as const;
    run(it.recorder, it.guest, { ...screenshot, leadsTo: await screenOf(3) });
    run(it.recorder, it.guest, { ...screenshot, result: { image_data: 'AAAA', format: 'png' } });
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    assert.deepEqual(archive.pictures, ['000001_initial_screenshot.png', '000002_screenshot.png']);
    for (const call of calls(archive)) assert.equal(call['screenshot'], '000002_screenshot.png');
    assert.deepEqual(calls(archive)[1]?.['result'], { image_data_length: 4, format: 'png' });
  });

  it('missing at the start do not keep a trace from starting', async () => {
    await using it = await bench();
    it.guest.available = false;
    const id = await it.start();
    it.guest.available = true;
    run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    assert.deepEqual(archive.pictures, ['000001_before_left_click.png', '000002_after_left_click.png']);
    assert.match(
      await archive.text('events.jsonl'),
      /"when":"initial","evidence":"the desktop does not answer"/,
    );
  });

  it('the last one is taken at the end, and named where nothing showed it before', async () => {
    await using it = await bench();
    const id = await it.start();
    it.guest.screen = await screenOf(5);
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    assert.deepEqual(archive.pictures, ['000001_initial_screenshot.png', '000002_final_screenshot.png']);
    assert.deepEqual(
      archive.events.map((event) => event.type),
      ['trace_start', 'trace_end'],
    );
  });
});

describe("pace 'settled'", () => {
  it('holds the next input until the screen has settled', async () => {
    await using it = await bench();
    await it.start({ pace: 'settled' });
    const held = run(it.recorder, it.guest, { ...CLICK, hold: true });
    const order: string[] = [];
    const next = it.recorder
      .beforeInput(callOf(CLICK), new AbortController().signal)
      .then(() => order.push('next input'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push('settled');
    held.late();
    await next;
    assert.deepEqual(order, ['settled', 'next input']);
  });

  it('lets a cancelled input go', async () => {
    await using it = await bench();
    await it.start({ pace: 'settled' });
    const held = run(it.recorder, it.guest, { ...CLICK, hold: true });
    const stop = new AbortController();
    const next = it.recorder.beforeInput(callOf(CLICK), stop.signal);
    stop.abort();
    await next;
    held.late();
  });

  it('is not the default', async () => {
    await using it = await bench();
    await it.start();
    const held = run(it.recorder, it.guest, { ...CLICK, hold: true });
    await it.recorder.beforeInput(callOf(CLICK), new AbortController().signal);
    held.late();
  });
});
