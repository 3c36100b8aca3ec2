// What a person does by a VNC viewer is in the trace: as they did it, as the commands that would do the same, with the
// pictures before and after it, under their name. Seen on a real desktop, given by a viewer that speaks RFB.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TraceRedacted, TraceStopped } from '../../protocol/tracing.ts';
import { verifyTrace } from '../../sdk/index.ts';
import type { InputEventOf } from '../../trace/gestures/input-event.ts';
import { runCli } from '../support/cli.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { centreOf, findElements, readTree, waitForElement, type Wanted } from '../support/elements.ts';
import { buildHelper, installProgram, readPictures } from '../support/helper-image.ts';
import { KEY, RFB_BUTTON, RfbViewer } from '../support/rfb-viewer.ts';
import { knownRows, rowsOf, type CallData, type SavedTrace } from '../support/saved-trace.ts';
import { filesHolding, picturesShowing } from '../support/secrets.ts';
import { eventually } from '../support/server.ts';

const EDITOR = { role: 'text', app: 'mousepad' };
const WORD = { app: 'sign-in', role: 'password text' };
const NAME = { app: 'sign-in', role: 'text' };
const SECRETS = ['quokkaviolet', 'crimson'] as const;
const ALICE = { kind: 'human', id: 'alice' };

type KeyEvent = InputEventOf<'key'>;

describe('a person at a viewer', () => {
  let computer: TestComputer;
  let viewer: RfbViewer;
  before(async () => {
    await buildHelper();
    computer = await startComputer({ resolution: '900x600', record: 'always' });
    await installProgram('sign-in', computer.container);
    viewer = await openViewer('alice');
  });
  after(async () => {
    await viewer[Symbol.asyncDispose]();
    await computer[Symbol.asyncDispose]();
  });

  const openViewer = (actor: string): Promise<RfbViewer> =>
    RfbViewer.open(`${computer.computer.desktop.links.vnc}?actor=${actor}`, computer.server.auth);
  const place = async (wanted: Wanted): Promise<{ x: number; y: number }> =>
    centreOf((await waitForElement(computer.desktop, wanted)).bounds);
  const shows = (wanted: Wanted, text: string): Promise<void> =>
    eventually(async () => {
      const [element] = findElements(await readTree(computer.desktop), wanted);
      assert.equal(element?.value, text);
    });
  const faultsOf = async (dir: string): Promise<readonly unknown[]> =>
    (await verifyTrace(dir, { data: computer.server.data })).faults;
  const journalOf = async (traceId: string): Promise<ReturnType<typeof knownRows>> =>
    knownRows(await readFile(join(computer.server.data, 'traces', traceId, 'events.jsonl'), 'utf8'));

  /** A person's last action is written: it is over. */
  const did = (traceId: string, method: string): Promise<void> =>
    eventually(async () => {
      const calls = rowsOf(await journalOf(traceId), 'call');
      assert.equal(calls.findLast(({ actor }) => actor?.kind === 'human')?.data.method, method);
    });

  it('clicks, types, presses, scrolls and drags, and each is a call with its pictures', async () => {
    const { desktop, tracing } = computer;
    await desktop.launch('mousepad');
    const text = await place(EDITOR);
    await tracing.start({ accessibilityTree: true });
    viewer.click(text.x, text.y);
    viewer.type('Grüße, 世界');
    await shows(EDITOR, 'Grüße, 世界');
    viewer.press(KEY.return);
    viewer.press(KEY.control, 'a'.charCodeAt(0));
    await viewer.idle();
    viewer.pointer(text.x, text.y, RFB_BUTTON.down);
    viewer.pointer(text.x, text.y);
    await viewer.idle();
    viewer.pointer(100, 200, RFB_BUTTON.left);
    viewer.pointer(160, 210, RFB_BUTTON.left);
    viewer.pointer(200, 230, RFB_BUTTON.left);
    viewer.pointer(200, 230);
    await viewer.idle();
    viewer.click(text.x, text.y, RFB_BUTTON.right);
    await waitForElement(desktop, { app: 'mousepad', role: 'menu item', title: 'Select All' });
    const trace = await computer.stopTrace();
    const calls = callsOf(trace, 'alice');
    const path = [
      [100, 200],
      [160, 210],
      [200, 230],
    ];
    assert.deepEqual(
      calls.map(({ method, args }) => [method, args]),
      [
        ['left_click', { ...text, button: 'left' }],
        ['type_text', { text: 'Grüße, 世界', secret: false }],
        ['press_key', { key: 'Return' }],
        ['hotkey', { keys: ['ctrl', 'a'] }],
        ['scroll', { ...text, scroll_x: 0, scroll_y: -1 }],
        ['drag', { path, button: 'left', duration: calls[5]?.args?.['duration'] }],
        ['right_click', text],
      ],
    );
    assertWhole(trace, calls);
    assert.deepEqual(await faultsOf(trace.dir), []);
    const read = await readPictures(trace.dir);
    const seen = (name: unknown): string => read.get(String(name)) ?? '';
    assert.match(seen(calls[1]?.screenshot), /Gr.{1,3}e/);
    assert.doesNotMatch(seen(calls[1]?.['before']), /Gr.{1,3}e/);
    assert.match(seen(calls[6]?.screenshot), /Select All/);
    assert.doesNotMatch(seen(calls[6]?.['before']), /Select All/);
  });

  it('is beside an agent in one trace, and an exported script does what both did', async () => {
    const { desktop, tracing, server } = computer;
    viewer.press(KEY.escape);
    const text = await place(EDITOR);
    await viewer.idle();
    const id = await tracing.start();
    viewer.click(text.x, text.y);
    viewer.click(text.x, text.y);
    await did(id, 'double_click');
    await desktop.hotkey('ctrl', 'a');
    viewer.type('by hand ');
    await shows(EDITOR, 'by hand ');
    await did(id, 'type_text');
    await desktop.typeText('and by an agent');
    await shows(EDITOR, 'by hand and by an agent');
    await stop();
    const rows = rowsOf(await journalOf(id), 'call');
    assert.deepEqual(
      rows
        .filter(({ data }) => !data.method.startsWith('get_'))
        .map(({ actor, data }) => [actor?.kind, data.method]),
      [
        ['human', 'double_click'],
        ['agent', 'hotkey'],
        ['human', 'type_text'],
        ['agent', 'type_text'],
      ],
    );
    const script = (await server.api('GET', `/v1/traces/${id}/export/sdk`)).text;
    const shown = await runCli(server, ['trace', 'show', id]);
    assert.match(
      shown.out,
      /double_click .* human alice\n.* hotkey .* agent [^]* type_text .* human alice\n/,
    );
    assert.match(script, /doubleClick[^]*hotkey[^]*typeText\("by hand "[^]*typeText\("and by an agent"/);
  });

  it('is recorded as far as they came where the trace ends, and not before it begins', async () => {
    const { tracing, desktop } = computer;
    viewer.pointer(100, 200, RFB_BUTTON.left);
    await desktop.screenshot();
    const traceId = await tracing.start();
    viewer.pointer(150, 200, RFB_BUTTON.left);
    viewer.pointer(150, 200);
    viewer.pointer(100, 250, RFB_BUTTON.left);
    viewer.pointer(190, 250, RFB_BUTTON.left);
    await eventually(async () => {
      const last = eventsOf(await journalOf(traceId)).at(-1);
      assert.deepEqual(last?.kind === 'pointer' && [last.x, last.buttons], [190, 1]);
    });
    await stop();
    viewer.pointer(190, 250);
    const rows = await journalOf(traceId);
    const [drag, ...others] = rowsOf(rows, 'call').filter(({ actor }) => actor?.kind === 'human');
    assert.deepEqual([drag?.data.method, others], ['drag', []]);
    assert.deepEqual((drag?.data.args as { path: unknown }).path, [
      [100, 250],
      [190, 250],
    ]);
    assert.deepEqual(await faultsOf(join(computer.server.data, 'traces', traceId)), []);
  });

  it('keeps what they typed into a password field to themselves, key by key', async () => {
    const { desktop, tracing } = computer;
    await desktop.launch('sign-in');
    await waitForElement(desktop, { app: 'sign-in', role: 'frame', state: 'active' });
    const [word, name] = [await place(WORD), await place(NAME)];
    const traceId = await tracing.start({ accessibilityTree: true });
    viewer.click(name.x, name.y);
    viewer.type('foxglove');
    await shows(NAME, 'foxglove');
    // The focus moves with the key, and the next comes at once.
    viewer.press(KEY.tab);
    viewer.type(SECRETS[0]);
    viewer.press(KEY.return);
    viewer.click(word.x, word.y);
    viewer.press(KEY.control, 'a'.charCodeAt(0));
    viewer.type(SECRETS[1]);
    viewer.press(KEY.escape);
    await eventually(async () => {
      const last = eventsOf(await journalOf(traceId)).at(-1);
      assert.ok(last?.kind === 'key' && last.keysym === KEY.escape && !last.down);
    });
    const trace = await computer.stopTrace();
    const typed = callsOf(trace, 'alice').filter(({ method }) => method === 'type_text');
    assert.deepEqual(
      typed.map(({ args, masked }) => [args?.['text'], masked]),
      [
        ['foxglove', undefined],
        [undefined, ['text']],
        [undefined, ['text']],
      ],
    );
    const secret = new Set(typed.slice(1).map(({ call_id: id }) => id));
    const keys = rowsOf(trace.rows, 'input').filter(({ data }) => secret.has(data.gesture ?? ''));
    const events = eventsOf(keys).filter((event): event is KeyEvent => event.kind === 'key');
    assert.equal(events.length, 2 * SECRETS.join('').length);
    assert.deepEqual(
      new Set(events.map(({ keysym, masked }) => [keysym, masked].join())),
      new Set([',password']),
    );
    assert.ok(rowsOf(trace.rows, 'masked').some(({ data }) => data.rule === 'password'));
    assert.deepEqual(await filesHolding([trace.dir, computer.server.data], SECRETS), []);
    assert.deepEqual(await picturesShowing([trace.dir], SECRETS), []);
    assert.notDeepEqual(await picturesShowing([trace.dir], ['foxglove']), []);
  });

  it('gives no key away of a text that a pattern hides, nor of one that is taken out afterwards', async () => {
    const { tracing, server } = computer;
    const name = await place(NAME);
    viewer.click(name.x, name.y);
    await viewer.idle();
    await tracing.start({ privacy: { patterns: ['fox[a-z]+'] } });
    viewer.press(KEY.control, 'a'.charCodeAt(0));
    viewer.type('foxtrot');
    await shows(NAME, 'foxtrot');
    await viewer.idle();
    const hidden = await computer.stopTrace();
    assert.deepEqual(
      eventsOf(hidden.rows).filter((event) => event.kind === 'key' && event.keysym !== undefined),
      [],
    );
    assert.deepEqual(await filesHolding([hidden.dir], ['foxtrot']), []);
    await tracing.start();
    viewer.press(KEY.control, 'a'.charCodeAt(0));
    viewer.type('tamarisk');
    await shows(NAME, 'tamarisk');
    await viewer.idle();
    const { trace_id: id } = TraceStopped.parse(await (await stop()).json());
    const answer = await server.api('POST', `/v1/traces/${id}/redact`, { texts: ['tamarisk'] });
    const { trace_id: redacted } = TraceRedacted.parse(answer.json());
    const keysOf = async (trace: string): Promise<string> =>
      eventsOf(await journalOf(trace))
        .flatMap((event) => (event.kind === 'key' && event.down ? [event.keysym ?? 0] : []))
        .map((keysym) => String.fromCodePoint(keysym & 0xff))
        .join('');
    assert.match(await keysOf(id), /tamarisk/);
    assert.doesNotMatch(await keysOf(redacted), /[tmrk]/);
    assert.deepEqual(await faultsOf(join(server.data, 'traces', redacted)), []);
  });

  it('is in what the flight recorder held, and what it does not understand is told and passed on', async () => {
    const { server } = computer;
    const bob = await openViewer('bob');
    bob.press(KEY.control, 'a'.charCodeAt(0));
    bob.type('nobody traced this');
    await shows(NAME, 'nobody traced this');
    // A message of no known type: the X server hangs up on it.
    bob.send(Buffer.from([77]));
    await bob.closed();
    const cut = await server.api('POST', `${desktopPath()}/trace/cut`, { lastMs: 20_000 });
    const { trace_id: id } = cut.json() as { trace_id: string };
    const rows = await journalOf(id);
    const calls = rowsOf(rows, 'call').filter(({ actor }) => actor?.id === 'bob');
    assert.deepEqual(
      calls.map(({ data }) => [data.method, data.args]),
      [
        ['hotkey', { keys: ['ctrl', 'a'] }],
        ['type_text', { text: 'nobody traced this', secret: false }],
      ],
    );
    assert.ok(eventsOf(rows).some((event) => event.kind === 'unread' && event.message === 77));
    assert.deepEqual(await faultsOf(join(server.data, 'traces', id)), []);
  });

  const desktopPath = (): string => `/v1/desktops/${computer.computer.desktop.id}`;
  async function stop(): Promise<{ json(): unknown }> {
    return computer.server.api('POST', `${desktopPath()}/trace/stop`);
  }
});

/** Each with both pictures, its tree and its actor, the click with its element; a key is told as it was sent. */
function assertWhole(trace: SavedTrace, calls: readonly CallData[]): void {
  for (const { method, screenshot, success, ...others } of calls) {
    assert.ok(screenshot !== null && typeof others['before'] === 'string' && success, method);
  }
  assert.equal((calls[0]?.['element'] as { role?: string } | undefined)?.role, 'text');
  const trees = trace.events.filter(({ type }) => type === 'accessibility_tree');
  assert.equal(trees.length, calls.length);
  for (const event of trace.events.filter(({ data }) => data['viewer'] === ALICE.id)) {
    assert.deepEqual(event['actor'], ALICE);
  }
  const keys = eventsOf(trace.rows).filter((event): event is KeyEvent => event.kind === 'key');
  assert.equal(keys.filter(({ down, keysym }) => down && keysym === KEY.return).length, 1);
}

function callsOf(trace: SavedTrace, viewer: string): CallData[] {
  return trace.calls.filter((call) => call['viewer'] === viewer);
}

function eventsOf(rows: SavedTrace['rows']): InputEventOf<'key' | 'pointer' | 'clipboard' | 'unread'>[] {
  return rowsOf(rows, 'input').flatMap(({ data }) => data.events);
}
