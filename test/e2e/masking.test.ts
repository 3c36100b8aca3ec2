// Rules of those who record: regions, titles of windows, patterns, the strict mode, and a rule that cannot be applied. Each
// is looked at in rows, trees and pictures, as a person would, and in every file of the server.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TraceStopped } from '../../protocol/tracing.ts';
import type { KnownRow, RowOf } from '../../trace/format.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { clickElement, findElements, readTree, waitForElement, type Wanted } from '../support/elements.ts';
import { buildHelper, installProgram } from '../support/helper-image.ts';
import { decodePicture } from '../support/picture.ts';
import { rowsOf, type SavedTrace } from '../support/saved-trace.ts';
import { filesHolding, picturesShowing, readAllPictures } from '../support/secrets.ts';
import { eventually } from '../support/server.ts';

const NAME = { app: 'sign-in', role: 'text' };
const EDITOR = { app: 'mousepad', role: 'text' };
const PAINT = [0x30, 0x30, 0x30];
/** Takes longer than anybody waits, on a text that nearly matches. */
const ENDLESS = '^(a+)+$';
const NEARLY = `${'a'.repeat(40)}!`;

async function shows({ desktop }: TestComputer, wanted: Wanted, text: string): Promise<void> {
  await eventually(async () => {
    const [element] = findElements(await readTree(desktop), wanted);
    assert.ok(String(element?.value).includes(text), `${element?.value} shows ${text}`);
  });
}

const maskedBy = (trace: SavedTrace, rule: string): RowOf<'masked'>['data'][] =>
  rowsOf(trace.rows, 'masked')
    .map(({ data }) => data)
    .filter((data) => data.rule === rule);

/** Where the rule masked something: `call`, `reply`, `frame`, `tree`. */
const placesOf = (trace: SavedTrace, rule: string): string[] =>
  [...new Set(maskedBy(trace, rule).map(({ place }) => place.in))].sort();

const frameRows = (rows: readonly KnownRow[]): RowOf<'frame'>[] => rowsOf(rows, 'frame');

async function pixel(trace: SavedTrace, name: string, x: number, y: number): Promise<number[]> {
  const { pixels, width } = await decodePicture(await trace.picture(name));
  return [...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

describe('the rules of a trace', () => {
  let computer: TestComputer;
  before(async () => {
    await buildHelper();
    computer = await startComputer({ resolution: '900x600' });
    await installProgram('sign-in', computer.container);
    await computer.desktop.launch('sign-in');
    await waitForElement(computer.desktop, { app: 'sign-in', role: 'frame', state: 'active' });
  });
  after(() => computer[Symbol.asyncDispose]());

  /** Writes into the name's entry, which is empty before and after. */
  async function write(text: string): Promise<void> {
    const { desktop } = computer;
    await clickElement(desktop, NAME);
    await desktop.hotkey('ctrl', 'a');
    await desktop.typeText(text);
    await shows(computer, NAME, text);
    await desktop.screenshot();
  }

  async function clear(): Promise<void> {
    await clickElement(computer.desktop, NAME);
    await computer.desktop.hotkey('ctrl', 'a');
    await computer.desktop.pressKey('delete');
  }

  it('by pattern: keep typed text, tree and pixels of what matches out, and what stands beside it in', async () => {
    const { desktop, tracing, server } = computer;
    await tracing.start({ accessibilityTree: true, pace: 'settled', privacy: { patterns: ['zebra[a-z]+'] } });
    await write('a Zebrafinch flew');
    const asSeen = await desktop.screenshot();
    await desktop.runCommand('echo zebracrossing');
    // Once more: a place may stay painted that looks as it did when the desktop still told of the first text.
    for (const text of ['foxglove', 'foxglove grew']) await write(text);
    const trace = await computer.stopTrace();
    assert.ok(asSeen.length > 0);
    for (const wanted of ['zebrafinch', 'zebracrossing']) {
      assert.deepEqual(await filesHolding([trace.dir, server.data], [wanted]), []);
      assert.deepEqual(await picturesShowing([trace.dir, join(server.data, 'traces')], [wanted]), []);
    }
    const read = [...(await readAllPictures([trace.dir])).values()].join(' ');
    assert.match(read, /foxglovegrew/);
    const typed = trace.calls
      .filter(({ method }) => method === 'type_text')
      .map(({ args }) => args?.['text']);
    assert.deepEqual(typed, ['a [masked] flew', 'foxglove', 'foxglove grew']);
    assert.deepEqual(placesOf(trace, 'pattern'), ['call', 'frame', 'reply', 'tree']);
    await clear();
  });

  it('by title: paint the window and its dialogs, and leave its title and its elements out', async () => {
    const { desktop, tracing, server } = computer;
    await desktop.writeText('~/Wages.txt', 'tamarisk earns much');
    await tracing.start({ accessibilityTree: true, pace: 'settled', privacy: { titles: ['wages'] } });
    await desktop.launch('mousepad', ['/home/cua/Wages.txt']);
    await shows(computer, EDITOR, 'tamarisk');
    await clickElement(desktop, EDITOR);
    await desktop.typeText('and ');
    await clickElement(desktop, EDITOR);
    await desktop.screenshot();
    await desktop.getAccessibilityTree();
    await desktop.hotkey('ctrl', 's');
    await desktop.hotkey('ctrl', 'q');
    await eventually(async () => assert.deepEqual(findElements(await readTree(desktop), EDITOR), []));
    await write('foxglove');
    const trace = await computer.stopTrace();
    assert.deepEqual(await filesHolding([trace.dir, server.data], ['wages', 'tamarisk']), []);
    assert.deepEqual(await picturesShowing([trace.dir], ['wages', 'tamarisk']), []);
    assert.match([...(await readAllPictures([trace.dir])).values()].join(' '), /foxglove/);
    assert.deepEqual(placesOf(trace, 'title'), ['call', 'frame', 'reply', 'tree']);
    await clear();
  });

  it('by region: paint every picture there, and tell of no element that lies in it', async () => {
    const { desktop, tracing } = computer;
    const [{ bounds }] = [await waitForElement(desktop, NAME)];
    await tracing.start({ accessibilityTree: true, pace: 'settled', privacy: { regions: [bounds] } });
    await write('quokkaviolet');
    const trace = await computer.stopTrace();
    assert.deepEqual(await picturesShowing([trace.dir], ['quokkaviolet']), []);
    const { x, y, width, height } = bounds;
    for (const name of trace.pictures) {
      assert.deepEqual(await pixel(trace, name, x + 1, y + 1), PAINT, name);
      assert.deepEqual(await pixel(trace, name, x + width - 2, y + height - 2), PAINT, name);
      assert.notDeepEqual(await pixel(trace, name, x + 1, y + height + 4), PAINT, name);
    }
    const trees = trace.events.filter(({ type }) => type === 'accessibility_tree');
    assert.ok(trees.length > 0);
    assert.ok(!JSON.stringify(trees).includes('quokkaviolet'), 'its trees');
    const clicks = frameRows(trace.rows).flatMap(({ data }) =>
      'element' in data ? (data.element ?? []) : [],
    );
    assert.ok(!JSON.stringify(clicks).includes('quokkaviolet'), 'its elements');
    // What was typed is a matter of the region's owner, who asked for pixels.
    assert.deepEqual(placesOf(trace, 'region'), ['frame', 'reply', 'tree']);
    await clear();
  });

  it('record keys whose focus nobody knows, and say so; in the strict mode they are masked with their window', async () => {
    const { desktop, tracing, server } = computer;
    // An X program that says nothing to AT-SPI.
    await desktop.launch('xev', ['-geometry', '300x200+500+300']);
    await desktop.waitFor({ window: 'Event Tester' });
    const [window] = await desktop.getApplicationWindows('Event Tester');
    assert.ok(window);
    await desktop.activateWindow(window);
    await tracing.start({ pace: 'settled' });
    await desktop.typeText('foxglove');
    const standard = await computer.stopTrace();
    const [told] = rowsOf(standard.rows, 'call').filter(({ data }) => data.method === 'type_text');
    assert.deepEqual([told?.data.focus, told?.data.args], ['unknown', { text: 'foxglove', secret: false }]);

    await tracing.start({ pace: 'settled', privacy: 'strict' });
    await desktop.typeText('tamarisk');
    for (const key of 'crimson') await desktop.pressKey(key);
    const strict = await computer.stopTrace();
    assert.deepEqual(await filesHolding([strict.dir, server.data], ['tamarisk']), []);
    const calls = rowsOf(strict.rows, 'call').map(({ data }) => data.args);
    assert.deepEqual(calls, [{ secret: false }, ...Array.from('crimson', () => ({}))]);
    assert.deepEqual(placesOf(strict, 'strict'), ['call', 'frame']);
    const after = strict.calls.at(-1)?.screenshot ?? '';
    assert.deepEqual(await pixel(strict, after, 650, 400), PAINT, 'its window');
    assert.notDeepEqual(await pixel(strict, after, 880, 590), PAINT, 'the desktop beside it');
    await desktop.closeWindow(window);
  });

  it('that cannot be applied leave pictures, trees and texts out, and the rows say so', async () => {
    const { desktop, tracing, server } = computer;
    await clickElement(desktop, NAME);
    await desktop.typeText(NEARLY);
    await shows(computer, NAME, NEARLY);
    await desktop.screenshot();
    await tracing.start({ accessibilityTree: true, privacy: { patterns: [ENDLESS] } });
    await desktop.moveCursor(5, 300);
    await clickElement(desktop, NAME);
    const seen = await desktop.getAccessibilityTree();
    assert.ok(JSON.stringify(seen).includes(NEARLY), 'the client gets all of it');
    await desktop.screenshot();
    await desktop.typeText(NEARLY);
    const trace = await computer.stopTrace();
    assert.deepEqual(trace.pictures, []);
    const evidence = trace.rows.flatMap(({ type, data }) =>
      (type === 'frame' || type === 'tree') && 'evidence' in data ? [data.evidence] : [],
    );
    assert.ok(evidence.length > 0);
    for (const reason of evidence) assert.match(reason, /could not be (masked|read): a pattern took longer/);
    const typed = trace.calls.find(({ method }) => method === 'type_text');
    assert.equal(typed?.args?.['text'], '[masked]');
    const [answer] = rowsOf(trace.rows, 'reply').filter(({ data }) => data.evidence !== undefined);
    assert.deepEqual([answer?.data.success, answer?.data.result], [true, undefined]);
    assert.deepEqual(await filesHolding([trace.dir, server.data], [NEARLY]), []);
    assert.match(
      await desktop.runCommand('echo the desktop goes on').then(({ stdout }) => stdout),
      /goes on/,
    );
    await clear();
  });
});

describe('the rules of a desktop', () => {
  let computer: TestComputer;
  before(async () => {
    await buildHelper();
    const privacy = { titles: ['sign in'], patterns: ['zebra[a-z]+'] };
    computer = await startComputer({ resolution: '900x600', record: 'always', privacy });
    await installProgram('sign-in', computer.container);
  });
  after(() => computer[Symbol.asyncDispose]());

  it('hold for the flight recorder from its first picture on, whether anybody traces or not', async () => {
    const { desktop, server } = computer;
    await desktop.launch('sign-in');
    await waitForElement(desktop, { app: 'sign-in', role: 'frame', state: 'active' });
    await clickElement(desktop, NAME);
    await desktop.typeText('quokkaviolet');
    await shows(computer, NAME, 'quokkaviolet');
    await desktop.screenshot();
    await desktop.hotkey('ctrl', 'a');
    await desktop.pressKey('delete');
    const id = await cut(computer);
    const kept = [join(server.data, 'traces', id), join(server.data, 'flight')];
    assert.deepEqual(await picturesShowing(kept, ['quokkaviolet', 'signin']), []);
    assert.deepEqual(await filesHolding([server.data], ['Sign in']), []);
    assert.ok((await readAllPictures(kept)).size > 1);
  });

  it('and what was typed as a secret hold after the server was started anew', async () => {
    const { desktop, server } = computer;
    const { id } = computer.computer.desktop;
    await clickElement(desktop, NAME);
    await desktop.typeText('tamarisk', { secret: true });
    await shows(computer, NAME, 'tamarisk');
    await server.shut();
    await server.open();
    const told = await server.api('POST', `/v1/desktops/${id}/commands/run_command`, {
      command: 'echo tamarisk and zebrafinch',
    });
    assert.match(told.text, /tamarisk and zebrafinch/, 'the client gets all of it');
    const shown = await server.api('POST', `/v1/desktops/${id}/commands/get_accessibility_tree`, {});
    assert.match(shown.text, /tamarisk/);
    await server.api('POST', `/v1/desktops/${id}/commands/move_cursor`, { x: 20, y: 20 });
    const cutId = await cut(computer);
    assert.deepEqual(await filesHolding([server.data], ['tamarisk', 'zebrafinch']), []);
    const kept = [join(server.data, 'traces', cutId), join(server.data, 'flight')];
    assert.deepEqual(await picturesShowing(kept, ['tamarisk']), []);
  });
});

async function cut({ server, computer }: TestComputer): Promise<string> {
  const answer = await server.api('POST', `/v1/desktops/${computer.desktop.id}/trace/cut`, {
    lastMs: 600_000,
  });
  assert.equal(answer.status, 200, answer.text);
  return TraceStopped.parse(answer.json()).trace_id;
}
