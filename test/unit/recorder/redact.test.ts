// What is taken out of a finished trace is gone from the new one: rows, trees, pictures. The rest is as it was, and verifies.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TreeNode } from '../../../protocol/tree.ts';
import { RedactOptions, type RedactOptionsInput } from '../../../protocol/tracing.ts';
import { redactTrace } from '../../../server/recorder/redact/redact-trace.ts';
import { decodePicture } from '../../support/picture.ts';
import { withEnvironment } from '../../support/environment.ts';
import { checkSealed } from './check.ts';
import { Hands } from './hands.ts';
import { OwnedClock } from './owned-clock.ts';
import { bench, calls, unpack, type Bench, type Unpacked } from './setup.ts';
import { callOf, CLICK, run, screenOf } from './synthetic-guest.ts';

const ENTRY = { x: 8, y: 4, width: 20, height: 10 };
const PAINT = [0x30, 0x30, 0x30];

/** A trace in which a text was typed, which the tree after it shows. */
async function traced(it: Bench): Promise<string> {
  const id = await it.start({ name: 'of quokkas', accessibility_tree: true });
  run(it.recorder, it.guest, { ...CLICK, leadsTo: await screenOf(1) });
  const leadsTo = await screenOf(2);
  const params = { text: 'my Quokka', secret: false };
  const { callId } = run(it.recorder, it.guest, { command: 'type_text', params, leadsTo, hold: true });
  it.guest.frame(callId, 'after');
  const about = { states: [], actions: [] };
  const entry: TreeNode = {
    id: '2',
    role: 'entry',
    title: '',
    bounds: ENTRY,
    value: 'my Quokka',
    ...about,
    children: [],
  };
  const bounds = { x: 0, y: 0, width: 64, height: 40 };
  const tree: TreeNode = { id: '1', role: 'desktop frame', title: '', bounds, ...about, children: [entry] };
  const report = { tree, nodes: 2, truncated: false, unavailable: [], duration_ms: 1 };
  it.recorder.onCapture({ type: 'tree', call_id: callId, when: 'after', report }, undefined);
  run(it.recorder, it.guest, {
    command: 'run_command',
    params: { command: 'echo quokka' },
    result: { stdout: 'quokka' },
  });
  it.recorder.addMetadata('animal', 'quokka');
  it.recorder.addEvents([{ type: 'llm_called', data: { prompt: 'type my quokka' } }]);
  await it.recorder.stop();
  return id;
}

const redacted = async (it: Bench, id: string, options: RedactOptionsInput): Promise<string> =>
  (await redactTrace(it.store, id, RedactOptions.parse({ ocr: false, ...options }))).trace_id;

/** The trace's archive; it and the folder that it was made of verify. */
async function verified(it: Bench, id: string): Promise<Unpacked> {
  const archive = await unpack(it.store, id);
  for (const dir of [archive.dir, (await it.store.open(id)).dir]) await checkSealed(dir);
  return archive;
}

/** The pixel in a picture of the archive. */
async function pixel(archive: Unpacked, name: string, x: number, y: number): Promise<number[]> {
  const { pixels, width } = await decodePicture(await readFile(join(archive.dir, name)));
  return [...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

const journalOf = async (it: Bench, id: string): Promise<string> =>
  readFile(join((await it.store.open(id)).dir, 'events.jsonl'), 'utf8');

async function holding(dir: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path, 'latin1')).toLowerCase().includes(text)) found.push(path);
  }
  return found;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const textOf = (bytes: unknown): string => Buffer.from(String(bytes), 'base64').toString();

interface Told {
  method: string;
  args?: Record<string, unknown>;
  result?: Record<string, unknown>;
}

describe('a redacted trace', () => {
  it('has the text in no row and no tree, and its element is painted over', async () => {
    await using it = await bench();
    const id = await traced(it);
    const made = await redacted(it, id, { texts: ['quokka'] });
    const archive = await verified(it, made);
    assert.deepEqual(await holding(archive.dir, 'quokka'), []);
    const { overview, dir } = await it.store.open(made);
    assert.deepEqual(await holding(dir, 'quokka'), []);
    assert.deepEqual(overview.source && { ...overview.source, ocr: null }, {
      kind: 'redaction',
      trace_id: id,
      ocr: null,
    });
    const [click, typed, shell] = calls(archive);
    assert.equal(click?.['method'], 'left_click');
    assert.deepEqual(typed?.['args'], { text: 'my [masked]', secret: false });
    assert.deepEqual(shell?.['result'], { stdout: '[masked]' });
    const picture = String(typed['screenshot']);
    assert.deepEqual(await pixel(archive, picture, 9, 5), PAINT);
    assert.deepEqual(await pixel(archive, picture, 40, 30), [2, 0, 40], 'the rest is as it was');
    const before = await verified(it, id);
    assert.deepEqual(calls(before)[1]?.['args'], { text: 'my Quokka', secret: false }, 'so is the old one');
  });

  it('does not say of a shortcut that is hidden which modifiers it was given with', async () => {
    const clock = new OwnedClock(Date.UTC(2026, 10, 30));
    await using it = await bench({}, clock);
    const id = await it.start();
    const alice = new Hands(it, clock, 'alice');
    await alice.press(0xffe3, 0x61);
    await alice.type('b');
    await it.recorder.stop();
    assert.match(await journalOf(it, id), /"held":\[65507\]/);
    const journal = await journalOf(it, await redacted(it, id, { texts: ['ctrl'] }));
    assert.match(journal, /"begins":\{"method":"hotkey"\}/);
    assert.doesNotMatch(journal, /"held"|ctrl/);
    assert.match(journal, /"keysym":98/, 'what is not hidden is as it was');
  });

  it('has a region painted in every picture', async () => {
    await using it = await bench();
    const made = await redacted(it, await traced(it), {
      regions: [{ x: 60, y: 30, width: 100, height: 100 }],
    });
    const archive = await verified(it, made);
    for (const name of archive.pictures) assert.deepEqual(await pixel(archive, name, 63, 39), PAINT);
    assert.deepEqual(calls(archive)[1]?.['args'], { text: 'my Quokka', secret: false });
  });

  it('takes the old one’s place, and nothing of that is left on the disk', async () => {
    await using it = await bench();
    const id = await traced(it);
    const made = await redacted(it, id, { patterns: ['q[a-z]+a'], replace: true });
    await verified(it, made);
    assert.deepEqual(
      (await it.store.list()).map(({ trace_id }) => trace_id),
      [made],
    );
    assert.deepEqual(await holding(it.data, 'quokka'), []);
  });

  it('has the text in no element that a click was about', async () => {
    await using it = await bench();
    const id = await it.start();
    const call = callOf(CLICK);
    it.recorder.onCall(call);
    it.recorder.wish(call);
    const path = [
      { role: 'application', name: 'editor' },
      { role: 'frame', name: 'Quokka.txt - Editor' },
    ];
    const element = { id: '7', role: 'text', name: 'the quokka', bounds: ENTRY, path };
    const info = { ...it.guest.info(), element, element_age_ms: 3 };
    it.recorder.onCapture({ type: 'frame', call_id: call.callId, when: 'before', info }, it.guest.screen.png);
    it.recorder.onReply(call, {
      success: true,
      result: {},
      error: undefined,
      durationMs: 1,
      image: undefined,
    });
    it.guest.frame(call.callId, 'after');
    await it.recorder.stop();
    const [kept] = calls(await verified(it, id));
    assert.deepEqual(kept?.['element'], element);
    const archive = await verified(it, await redacted(it, id, { texts: ['quokka'] }));
    assert.deepEqual(await holding(archive.dir, 'quokka'), []);
    const [click] = calls(archive);
    assert.deepEqual(click?.['element'], {
      ...element,
      name: 'the [masked]',
      path: [path[0], { role: 'frame', name: '[masked].txt - Editor' }],
    });
    const painted = await verified(it, await redacted(it, id, { regions: [ENTRY] }));
    assert.equal(calls(painted)[0]?.['element'], undefined);
  });

  it('has nothing of a text that was typed key by key, or by two commands', async () => {
    await using it = await bench();
    const id = await it.start({ accessibility_tree: true });
    const type = (command: 'press_key' | 'key_down' | 'key_up', key: string): void =>
      void run(it.recorder, it.guest, { command, params: { key } });
    const write = (text: string): void =>
      void run(it.recorder, it.guest, { command: 'type_text', params: { text, secret: false } });
    write('my ');
    for (const key of ['Q', 'u', 'o', 'x', 'BackSpace', 'k']) type('press_key', key);
    type('key_down', 'k');
    type('key_up', 'k');
    type('press_key', 'a');
    write(' and a zebra');
    run(it.recorder, it.guest, { command: 'move_cursor', params: { x: 1, y: 1 } });
    const { callId } = run(it.recorder, it.guest, {
      command: 'type_text',
      params: { text: 'finch flew', secret: false },
      hold: true,
    });
    it.guest.tree(callId, 'so far: quokk');
    run(it.recorder, it.guest, CLICK);
    write('fin');
    write('ish');
    await it.recorder.stop();
    const options = { texts: ['quokka'], patterns: ['zebraf[a-z]+'] };
    const archive = await verified(it, await redacted(it, id, options));
    for (const part of ['quo', 'zebra', 'finch', 'quokk'])
      assert.deepEqual(await holding(archive.dir, part), [], part);
    const texts = calls(archive).flatMap(({ args }) => (args as { text?: string }).text ?? []);
    assert.deepEqual(texts, ['my ', ' and a [masked]', '[masked] flew', 'fin', 'ish']);
    const keys = calls(archive).filter(({ method }) => /key/.test(String(method)));
    assert.deepEqual(
      keys.map(({ args, masked }) => [args, masked]),
      keys.map(({ args }) => ('key' in (args as object) ? [args, undefined] : [{}, ['key']])),
    );
    const told = keys.flatMap(({ args }) => (args as { key?: string }).key ?? []);
    assert.deepEqual(told, ['x', 'BackSpace'], 'what is not of it');
  });

  it('has nothing of a text that went through a terminal, whole or bit by bit', async () => {
    await using it = await bench();
    const id = await it.start();
    const send = (params: { data?: string; text?: string }): void =>
      void run(it.recorder, it.guest, { command: 'pty_send', params: { pid: 7, secret: false, ...params } });
    let offset = 0;
    const read = (pid: number, text: string, at = offset): void => {
      const bytes = Buffer.from(text);
      const result = { data: bytes.toString('base64'), offset: at, next: at + bytes.length, exit_code: null };
      run(it.recorder, it.guest, { command: 'pty_read', params: { pid, offset: at }, result });
      offset = at + bytes.length;
    };
    for (const letter of 'echo quokka') send({ text: letter });
    send({ data: base64('ü\r') });
    read(7, '$ echo quo');
    read(8, 'another terminal\n', 0);
    read(7, 'kkaü\r\nquokkaü\r\n', 10);
    read(7, '$ echo quokkaü\r\n', 0);
    run(it.recorder, it.guest, {
      command: 'write_bytes',
      params: { path: '/tmp/a', content_b64: base64('a Quokkaü'), append: false },
    });
    await it.recorder.stop();
    const archive = await verified(it, await redacted(it, id, { texts: ['quokkaü'] }));
    const told = calls(archive) as unknown as Told[];
    const sent = told.filter(({ method }) => method === 'pty_send').map(({ args }) => args);
    assert.deepEqual(sent.map((args) => args?.['text'] ?? textOf(args?.['data'])), [
      ...Array.from('echo '), ...Array.from('quokka', () => '[masked]'), '[masked]\r',
    ]); // prettier-ignore
    const printed = told.flatMap(({ result }) =>
      result?.['data'] === undefined ? [] : [textOf(result['data'])],
    );
    assert.deepEqual(printed, [
      '$ echo [masked]',
      'another terminal\n',
      '[masked]\r\n[masked]\r\n',
      '$ echo [masked]\r\n',
    ]);
    assert.equal(textOf(told.at(-1)?.['args']?.['content_b64']), 'a [masked]');
  });

  it('wants tesseract to read pictures, and does without where it is told so', async () => {
    await using it = await bench();
    const id = await traced(it);
    await withEnvironment({ PATH: it.data }, async () => {
      const wanted = redacted(it, id, { texts: ['quokka'], ocr: true });
      await assert.rejects(wanted, { code: 'unsupported', message: /apt-get install tesseract-ocr/ });
      await redacted(it, id, { texts: ['quokka'] });
      await redacted(it, id, { regions: [ENTRY], ocr: true });
    });
    assert.equal((await it.store.list()).length, 3, 'what was refused left nothing behind');
  });

  it('is asked for by saying what is to go', () => {
    assert.throws(() => RedactOptions.parse({}), /say what to take out/);
    assert.throws(() => RedactOptions.parse({ patterns: ['('] }), /not a regular expression/);
  });
});
