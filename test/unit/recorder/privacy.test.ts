// What must not reach the disk does not: looked for in every file under the data folder, the archive's included.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { bench, calls, unpack, type Bench } from './setup.ts';
import { CLICK, run, screenOf } from './synthetic-guest.ts';

async function filesHolding(it: Bench, traceId: string, wanted: Buffer | string): Promise<string[]> {
  const { dir } = await unpack(it.store, traceId);
  const found: string[] = [];
  for (const root of [it.data, dir]) {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      if ((await readFile(path)).includes(wanted)) found.push(path);
    }
  }
  return found;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const textOf = (bytes: unknown): string => Buffer.from(String(bytes), 'base64').toString();

describe('privacy', () => {
  it('records the clipboard as a length', async () => {
    await using it = await bench();
    const id = await it.start();
    run(it.recorder, it.guest, { command: 'set_clipboard', params: { text: 'tangerine' } });
    run(it.recorder, it.guest, {
      command: 'copy_to_clipboard',
      params: {},
      result: { content: 'tangerine' },
    });
    await it.recorder.stop();
    const [set, get] = calls(await unpack(it.store, id));
    assert.deepEqual(set?.['args'], { text_length: 9 });
    assert.deepEqual(set['masked'], ['text']);
    assert.deepEqual(get?.['result'], { content_length: 9 });
    assert.deepEqual(await filesHolding(it, id, 'tangerine'), []);
  });

  it('does not record a secret that is sent or comes back as bytes', async () => {
    await using it = await bench();
    const id = await it.start({ privacy: { patterns: ['[0-9]{16}'] } });
    const data = base64('hunter2 ü');
    run(it.recorder, it.guest, { command: 'pty_send', params: { pid: 7, data, secret: true } });
    const printed = 'login: hunter2 ü\r\nok 4111111111111111\r\n';
    run(it.recorder, it.guest, {
      command: 'pty_read',
      params: { pid: 7, offset: 0 },
      result: { data: base64(printed), offset: 0, next: printed.length, exit_code: null },
    });
    run(it.recorder, it.guest, {
      command: 'write_bytes',
      params: { path: '/tmp/a', content_b64: base64('card 4111111111111111'), append: false },
    });
    run(it.recorder, it.guest, {
      command: 'pty_send',
      params: { pid: 7, data: base64('plainly'), secret: false },
    });
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    const [sent, read, written, plain] = calls(archive) as Record<string, Record<string, unknown>>[];
    assert.deepEqual(sent?.['args'], { pid: 7, secret: true });
    assert.equal(textOf(read?.['result']?.['data']), 'login: [masked]\r\nok [masked]\r\n');
    assert.deepEqual(read?.['masked'], ['data']);
    assert.equal(textOf(written?.['args']?.['content_b64']), 'card [masked]');
    assert.equal(textOf(plain?.['args']?.['data']), 'plainly');
  });

  it('does not record a secret, wherever it comes back, and records the text beside it', async () => {
    await using it = await bench();
    const id = await it.start();
    const error = {
      code: 'command_failed',
      message: 'could not type hunter2"x',
      details: { text: 'hunter2"x' },
    } as const;
    const secret = { command: 'type_text', params: { text: 'hunter2"x', secret: true } } as const;
    run(it.recorder, it.guest, { ...secret, error });
    run(it.recorder, it.guest, { ...secret, result: { echoed: 'was hunter2"x', verified: true } });
    run(it.recorder, it.guest, { command: 'type_text', params: { text: 'plainly', secret: false } });
    await it.recorder.stop();
    const [failed, echoed] = calls(await unpack(it.store, id));
    assert.deepEqual(failed?.['args'], { secret: true });
    assert.deepEqual(failed['masked'], ['text']);
    assert.equal(failed['success'], false);
    assert.deepEqual(echoed?.['result'], { echoed: 'was [masked]', verified: true });
    assert.deepEqual(await filesHolding(it, id, 'hunter2'), []);
    assert.notDeepEqual(await filesHolding(it, id, 'plainly'), []);
  });

  it('tells in the archive what was masked: by event, and counted in the overview', async () => {
    await using it = await bench();
    const id = await it.start();
    const secret = { command: 'type_text', params: { text: 'hunter2"x', secret: true } } as const;
    const leadsTo = await screenOf(1);
    const bounds = [{ x: 1, y: 2, width: 3, height: 4 }];
    run(it.recorder, it.guest, {
      ...secret,
      result: { echoed: 'was hunter2"x' },
      leadsTo,
      masks: [{ rule: 'secret', bounds }],
    });
    run(it.recorder, it.guest, { ...secret, error: { code: 'command_failed', message: 'no hunter2"x' } });
    it.recorder.addMetadata('note', 'it was hunter2"x');
    it.recorder.addEvents([{ type: 'step_start', data: { goal: 'type hunter2"x', 'hunter2"x': 1 } }]);
    await it.recorder.stop();
    const archive = await unpack(it.store, id);
    const masksOf = (type: string): unknown[] =>
      archive.events.filter((event) => event.type === type).map(({ masks }) => masks);
    const told = (place: object): object => ({ rule: 'secret', place });
    const [first, second] = masksOf('api_call');
    assert.deepEqual(first, [
      told({ in: 'call', fields: ['text'] }),
      told({ in: 'reply', fields: ['echoed'] }),
      told({ in: 'frame', when: 'after', bounds }),
    ]);
    assert.deepEqual(second, [
      told({ in: 'call', fields: ['text'] }),
      told({ in: 'reply', fields: ['error'] }),
    ]);
    assert.deepEqual(masksOf('metadata'), [[told({ in: 'metadata', fields: ['value'] })]]);
    assert.deepEqual(masksOf('step_start'), [[told({ in: 'event', fields: ['goal', '[masked]'] })]]);
    assert.deepEqual(archive.metadata['masked'], {
      secret: { call: 2, reply: 2, frame: 1, metadata: 1, event: 1 },
    });
    assert.deepEqual(archive.events.at(-1)?.data['masked'], archive.metadata['masked']);
    await using files = await openTraceFiles((await it.store.archive(id)).path);
    assert.deepEqual((await verifyTrace(files, {})).faults, []);
    assert.deepEqual(await filesHolding(it, id, 'hunter2'), []);
  });

  it('keeps every pixel off the disk where screenshots are off', async () => {
    await using it = await bench();
    const id = await it.start({ screenshots: false });
    const leadsTo = await screenOf(1);
    const { callId } = run(it.recorder, it.guest, { ...CLICK, leadsTo });
    it.guest.frame(callId, 'after');
    run(it.recorder, it.guest, { command: 'screenshot', params: {} });
    const data = { url: 'about:blank', screenshot_base64: leadsTo.png.toString('base64') };
    it.recorder.addEvents([{ type: 'snapshot', data }]);
    const info = await it.recorder.stop();
    assert.equal(info.summary?.screenshots, 0);
    assert.equal(info.summary.steps, 2);
    assert.deepEqual((await unpack(it.store, id)).pictures, []);
    assert.deepEqual(await filesHolding(it, id, leadsTo.png.subarray(0, 8)), []);
    assert.deepEqual(await filesHolding(it, id, data.screenshot_base64), []);
  });

  it('leaves no picture behind that belongs to no row', async () => {
    await using it = await bench({ record: 'on-demand' });
    const id = await it.start();
    const stray = await screenOf(8);
    it.guest.frame('a call from before', 'after', stray);
    await it.recorder.stop();
    assert.deepEqual(await filesHolding(it, id, stray.png), []);
  });

  it('leaves events out of the archive that were not wanted, and keeps the order of the rest', async () => {
    await using it = await bench();
    const id = await it.start({ api_calls: false, metadata: false, accessibility_tree: true });
    it.recorder.addMetadata('k', 'v');
    run(it.recorder, it.guest, CLICK);
    const { summary } = await it.recorder.stop();
    const archive = await unpack(it.store, id);
    assert.deepEqual(
      archive.events.map((event) => event.type),
      ['trace_start', 'accessibility_tree', 'trace_end'],
    );
    assert.equal(archive.metadata['total_events'], 3);
    assert.equal(summary?.steps, 1);
  });
});
