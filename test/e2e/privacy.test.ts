// Secrets stay out of a trace: typed into a browser's password field, into GTK's, and said to be secret. Looked for in
// every file of the server and of the archive, and read from every picture by tesseract; the text beside them is there.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TraceStopped } from '../../protocol/tracing.ts';
import type { ComputerInterface } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { clickElement, findElements, readTree, waitForElement, type Wanted } from '../support/elements.ts';
import { buildHelper, installProgram, readPictures } from '../support/helper-image.ts';
import { rowsOf, type SavedTrace } from '../support/saved-trace.ts';
import { filesHolding, lettersOf } from '../support/secrets.ts';
import { eventually } from '../support/server.ts';

const PAGE = `<title>Log in</title><body style="font-size: 28px">
<p><input aria-label=name style="font-size: 28px" oninput="echo.textContent = this.value"></p>
<p><input type=password aria-label=word style="font-size: 28px"></p><p id=echo></p>`;
const SECRETS = ['quokkaviolet', 'crimson', 'zebrafinch', 'tamarisk', 'velvetmoth'];
const BROWSER_WORD = { role: 'password text', title: 'word' };
const BROWSER_NAME = { role: 'entry', title: 'name' };
const GTK_WORD = { app: 'sign-in', role: 'password text' };
const GTK_NAME = { app: 'sign-in', role: 'text' };

/** What a person reads in a trace's pictures, one after the other. */
async function readAll(trace: SavedTrace): Promise<string[]> {
  const texts = await readPictures(trace.dir);
  return trace.pictures.map((name) => lettersOf(texts.get(name) ?? ''));
}

/** What `readAll` reads. No secret is in it, nor in any file of the trace or of the server. */
async function readWithoutSecrets(trace: SavedTrace, data: string): Promise<string[]> {
  assert.deepEqual(await filesHolding([trace.dir, data], SECRETS), []);
  const read = await readAll(trace);
  for (const secret of SECRETS) assert.ok(!read.some((text) => text.includes(secret)), secret);
  return read;
}

/** Waits until the element shows this text. */
async function shows(desktop: ComputerInterface, wanted: Wanted, text: string): Promise<void> {
  await eventually(async () => {
    const [element] = findElements(await readTree(desktop), wanted);
    assert.equal(element?.value, text);
  });
}

describe('a secret', () => {
  let computer: TestComputer;
  let folder = '';
  before(async () => {
    await buildHelper();
    folder = await mkdtemp(join(tmpdir(), 'deskreel-privacy-'));
    // The flight recorder is on all the while: what is looked for in the server's folder is looked for in its journal too.
    computer = await startComputer({ resolution: '900x600', record: 'always' });
    const { desktop } = computer;
    await installProgram('sign-in', computer.container);
    await desktop.writeText('~/page.html', PAGE);
  });
  after(async () => {
    await computer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('of a browser is in no row, tree or picture, and what was typed beside it is', async () => {
    const { desktop, tracing } = computer;
    await desktop.launch('chromium', ['file:///home/cua/page.html']);
    await waitForElement(desktop, BROWSER_WORD);
    await tracing.start({ accessibilityTree: true, pace: 'settled' });
    await clickElement(desktop, BROWSER_NAME);
    await desktop.typeText('orchardkeeper');
    await shows(desktop, BROWSER_NAME, 'orchardkeeper');
    await clickElement(desktop, BROWSER_WORD);
    await desktop.typeText('quokkaviolet');
    for (const key of 'crimson') await desktop.pressKey(key);
    await desktop.pressKey('enter');
    await clickElement(desktop, BROWSER_NAME);
    await desktop.hotkey('ctrl', 'a');
    // The page shows it a second time, in a paragraph.
    await desktop.typeText('zebrafinch', { secret: true });
    await shows(desktop, BROWSER_NAME, 'zebrafinch');
    const asSeen = await desktop.screenshot();
    await desktop.hotkey('ctrl', 'a');
    await desktop.typeText('foxglove');
    await shows(desktop, BROWSER_NAME, 'foxglove');
    const trace = await computer.stopTrace();
    await desktop.runCommand('pkill chromium');
    const read = await readWithoutSecrets(trace, computer.server.data);
    for (const beside of ['orchardkeeper', 'foxglove']) {
      assert.ok(
        read.some((text) => text.includes(beside)),
        `${beside} is in ${read.join(' | ')}`,
      );
    }
    const client = join(folder, 'client');
    await mkdir(client);
    await writeFile(join(client, 'seen.png'), asSeen);
    const seen = (await readPictures(client)).get('seen.png') ?? '';
    assert.match(seen, /zebrafinch[^]*zebrafinch/, 'the client gets its picture as it is');
    const typed = trace.calls
      .filter(({ method }) => method === 'type_text')
      .map(({ args }) => args?.['text']);
    assert.deepEqual(typed, ['orchardkeeper', undefined, undefined, 'foxglove']);
    const rules = new Set(rowsOf(trace.rows, 'masked').map(({ data }) => data.rule));
    assert.deepEqual([...rules].sort(), ['password', 'secret']);
    // Whoever reads the event files alone sees it as well.
    const [hidden] = trace.events.filter(
      ({ data }) => data['method'] === 'type_text' && data['masked'] !== undefined,
    );
    const [mask] = (hidden?.['masks'] ?? []) as unknown[];
    assert.deepEqual(mask, { rule: 'password', place: { in: 'call', fields: ['text'] } });
    assert.deepEqual(Object.keys(trace.overview.masked ?? {}).sort(), ['password', 'secret']);
  });

  it('of a GTK window is not there either, however fast the commands come', async () => {
    const { desktop, tracing } = computer;
    await desktop.launch('sign-in');
    await waitForElement(desktop, { app: 'sign-in', role: 'frame', state: 'active' });
    await desktop.moveCursor(5, 300);
    await tracing.start({ accessibilityTree: true });
    await clickElement(desktop, GTK_WORD);
    await desktop.typeText('quokkaviolet');
    await clickElement(desktop, GTK_NAME);
    await desktop.typeText('tamarisk', { secret: true });
    await desktop.screenshot();
    await desktop.hotkey('ctrl', 'a');
    await desktop.hotkey('ctrl', 'c');
    assert.equal(await desktop.copyToClipboard(), 'tamarisk');
    await desktop.runCommand('echo tamarisk; xclip -o -selection clipboard');
    await desktop.pressKey('delete');
    await desktop.typeText('foxglove');
    await shows(desktop, GTK_NAME, 'foxglove');
    const trace = await computer.stopTrace();
    const read = await readWithoutSecrets(trace, computer.server.data);
    assert.match(read.at(-1) ?? '', /foxglove/);
    const shell = trace.calls.find(({ method }) => method === 'run_command');
    assert.match(JSON.stringify(shell?.args), /echo \[masked\];/);
  });

  it('typed into a page by playwright_exec is not there either, with another window in front', async () => {
    const { desktop, tracing } = computer;
    await desktop.playwrightExec('visit_url', { url: 'file:///home/cua/page.html' });
    await tracing.start({ accessibilityTree: true, pace: 'settled' });
    await clickElement(desktop, BROWSER_WORD);
    await desktop.launch('sign-in');
    await waitForElement(desktop, { app: 'sign-in', role: 'frame', state: 'active' });
    await desktop.playwrightExec('type', { text: 'quokkaviolet' });
    await clickElement(desktop, BROWSER_NAME);
    await desktop.playwrightExec('type', { text: 'tamarisk', secret: true });
    await shows(desktop, BROWSER_NAME, 'tamarisk');
    await desktop.playwrightExec('screenshot');
    await desktop.hotkey('ctrl', 'a');
    await desktop.playwrightExec('type', { text: 'foxglove' });
    await shows(desktop, BROWSER_NAME, 'foxglove');
    const trace = await computer.stopTrace();
    const read = await readWithoutSecrets(trace, computer.server.data);
    assert.match(read.at(-1) ?? '', /foxglove/);
    const calls = trace.calls.filter(({ method }) => method === 'playwright_exec');
    assert.deepEqual(
      calls.map(({ args }) => [args?.['command'], args?.['text']]),
      [
        ['type', undefined],
        ['type', undefined],
        ['screenshot', undefined],
        ['type', 'foxglove'],
      ],
    );
    assert.deepEqual(Object.keys(calls[2]?.result ?? {}), ['screenshot_length']);
  });

  it('given to a password field as its value is not there either, though nobody said that it is one', async () => {
    const { desktop, tracing } = computer;
    await tracing.start({ accessibilityTree: true, pace: 'settled' });
    await desktop.setElementValue({ role: 'password text', title: 'word' }, 'velvetmoth');
    await desktop.setElementValue(BROWSER_NAME, 'orchardkeeper');
    const { id } = await waitForElement(desktop, GTK_WORD);
    await desktop.setElementValue({ id }, 'velvetmoth');
    await desktop.setElementValue({ id }, 714293);
    const { id: name } = await waitForElement(desktop, GTK_NAME);
    await desktop.setElementValue({ id: name }, 'foxglove');
    await shows(desktop, GTK_NAME, 'foxglove');
    const trace = await computer.stopTrace();
    await readWithoutSecrets(trace, computer.server.data);
    const given = rowsOf(trace.rows, 'call').filter(({ data }) => data.method === 'set_element_value');
    const values = given.map(({ data }) => (data.args as { value?: unknown }).value);
    assert.deepEqual(values, [undefined, 'orchardkeeper', undefined, undefined, 'foxglove']);
    assert.ok(!JSON.stringify(given).includes('714293'));
  });

  it('is in nothing that the flight recorder kept', async () => {
    const { server, computer: attached } = computer;
    const cut = await server.api('POST', `/v1/desktops/${attached.desktop.id}/trace/cut`, {
      lastMs: 600_000,
    });
    assert.equal(cut.status, 200, cut.text);
    const { trace_id: traceId } = TraceStopped.parse(cut.json());
    assert.deepEqual(await filesHolding([server.data], SECRETS), []);
    const texts = await readPictures(join(server.data, 'traces', traceId, 'frames'));
    const read = [...texts.values()].map(lettersOf);
    for (const secret of SECRETS) assert.ok(!read.some((text) => text.includes(secret)), secret);
    assert.ok(read.some((text) => text.includes('orchardkeeper')));
  });
});
