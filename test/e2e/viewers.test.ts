// What a person does by a VNC viewer is in the trace: as they did it, as the commands that would do the same, with the
// pictures before and after it, under their name. Seen on a real desktop, given by a viewer that speaks RFB.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { verifyTrace } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { centreOf, findElements, readTree, waitForElement, type Wanted } from '../support/elements.ts';
import { buildHelper, installProgram, readPictures } from '../support/helper-image.ts';
import { KEY, RFB_BUTTON, RfbViewer } from '../support/rfb-viewer.ts';
import { rowsOf, type CallData } from '../support/saved-trace.ts';
import { filesHolding, lettersOf } from '../support/secrets.ts';
import { eventually } from '../support/server.ts';

const EDITOR = { role: 'text', app: 'mousepad' };
const GTK_WORD = { app: 'sign-in', role: 'password text' };
const GTK_NAME = { app: 'sign-in', role: 'text' };

describe('a person at a viewer', () => {
  let computer: TestComputer;
  let viewer: RfbViewer;
  before(async () => {
    await buildHelper();
    computer = await startComputer({ resolution: '900x600', record: 'always' });
    await installProgram('sign-in', computer.container);
    viewer = await RfbViewer.open(`${computer.computer.desktop.links.vnc}?actor=alice`, computer.server.auth);
  });
  after(async () => {
    await viewer[Symbol.asyncDispose]();
    await computer[Symbol.asyncDispose]();
  });

  const place = async (wanted: Wanted): Promise<{ x: number; y: number }> =>
    centreOf((await waitForElement(computer.desktop, wanted)).bounds);
  const shows = (wanted: Wanted, text: string): Promise<void> =>
    eventually(async () => {
      const [element] = findElements(await readTree(computer.desktop), wanted);
      assert.equal(element?.value, text);
    });

  it('clicks, types, presses, drags and scrolls, and each is a call with its pictures', async () => {
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
    await desktop.screenshot();
    const trace = await computer.stopTrace();
    const calls = trace.calls.filter((call) => call['viewer'] === 'alice');
    assert.deepEqual(
      calls.map(({ method, args }) => [method, args]),
      [
        ['left_click', { ...text, button: 'left' }],
        ['type_text', { text: 'Grüße, 世界', secret: false }],
        ['press_key', { key: 'Return' }],
        ['hotkey', { keys: ['ctrl', 'a'] }],
        ['scroll', { ...text, scroll_x: 0, scroll_y: -1 }],
        [
          'drag',
          { path: [[100, 200], [160, 210], [200, 230]], button: 'left', duration: calls.at(-1)?.args?.['duration'] },
        ],
      ],
    ); // prettier-ignore
    for (const call of calls) assertWhole(call);
    for (const event of trace.events.filter(({ data }) => data['viewer'] === 'alice')) {
      assert.deepEqual(event['actor'], { kind: 'human', id: 'alice' });
    }
    const read = await readPictures(trace.dir);
    assert.match(read.get(String(calls[1]?.screenshot)) ?? '', /Grüße|Gruße|GriiBe|Gri/);
    assert.doesNotMatch(read.get(String(calls[1]?.['before'])) ?? '', /Gr/);
    const raw = rowsOf(trace.rows, 'input').flatMap(({ data }) => data.events);
    const pressed = raw.filter((event) => event.kind === 'key' && event.down && event.keysym === 0xff0d);
    assert.equal(pressed.length, 1);
    assert.deepEqual((await verifyTrace(trace.dir)).faults, []);
  });
});

/** Both pictures, the tree and what lay under the pointer, or why not. */
function assertWhole(call: CallData): void {
  assert.ok(call.screenshot !== null, `${call.method} has its picture`);
  assert.ok(call['before'] !== undefined, `${call.method} has the picture before it`);
  assert.equal(call.success, true);
}
void filesHolding;
void lettersOf;
void GTK_NAME;
void GTK_WORD;
