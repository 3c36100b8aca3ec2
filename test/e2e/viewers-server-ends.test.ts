// A server that ends while a person is at work by a viewer, killed or in order: what the desktop has got is recorded.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DesktopInfo } from '../../protocol/desktop.ts';
import { verifyTrace } from '../../sdk/index.ts';
import { characterOf } from '../../trace/gestures/key-name.ts';
import { attach } from '../support/computer.ts';
import { centreOf, findElements, readTree, waitForElement } from '../support/elements.ts';
import { actionsOf } from '../support/hands.ts';
import { RFB_BUTTON, RfbViewer } from '../support/rfb-viewer.ts';
import { knownRows, rowsOf } from '../support/saved-trace.ts';
import { filesHolding } from '../support/secrets.ts';
import { serveProcess } from '../support/server-process.ts';
import { ask, eventually, TestServer } from '../support/server.ts';

const EDITOR = { role: 'text', app: 'mousepad' };
const TEXT = 'the quick brown fox jumps over the lazy dog '.repeat(5);

/** A server in a process of its own, on the folder of another, which cleans up and goes on with it. */
async function killable(owner: TestServer): Promise<{
  readonly kill: () => Promise<unknown>;
  readonly headers: Record<string, string>;
  readonly post: (path: string, body?: object) => Promise<unknown>;
}> {
  await owner.shut();
  const first = await serveProcess(owner.data);
  const headers = { 'X-API-Key': (await readFile(join(owner.data, 'token'), 'utf8')).trim() };
  const post = async (path: string, body: object = {}): Promise<unknown> =>
    (await ask(`${first.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  return { kill: () => first.kill(), headers, post };
}

const journalOf = (server: TestServer, id: string): Promise<string> =>
  readFile(join(server.data, 'traces', id, 'events.jsonl'), 'utf8');

const faultsOf = async (server: TestServer, id: string): Promise<readonly unknown[]> =>
  (await verifyTrace(join(server.data, 'traces', id), { data: server.data })).faults;

describe('a server that is killed while a person types', () => {
  it('has every key that reached the desktop in its trace, and the text as an action of theirs', async () => {
    await using owner = await TestServer.start();
    const first = await killable(owner);
    const desktop = DesktopInfo.parse(await first.post('/v1/desktops', { record: 'on-demand' }));
    const commands = `/v1/desktops/${desktop.id}/commands`;
    await first.post(`${commands}/launch`, { app: 'mousepad' });
    await first.post(`${commands}/wait_for`, { element: EDITOR });
    const started = await first.post(`/v1/desktops/${desktop.id}/trace/start`);
    const { trace_id: id } = started as { trace_id: string };
    const viewer = await RfbViewer.open(`${desktop.links.vnc}?actor=alice`, first.headers);
    viewer.click(400, 300);
    viewer.type(TEXT);
    const typed = async (): Promise<string> => typedIn(await journalOf(owner, id));
    await eventually(async () => assert.ok((await typed()).length > 40));
    await first.kill();
    await viewer.closed();

    await owner.open();
    const computer = await attach(owner, desktop.id);
    const element = await waitForElement(computer.interface, EDITOR);
    assert.ok(centreOf(element.bounds).x > 0);
    const [editor] = findElements(await readTree(computer.interface), EDITOR);
    const seen = String(editor?.value);
    assert.ok(seen.length > 10 && seen.length < TEXT.length, `it was killed in the middle: ${seen}`);
    const recorded = await typed();
    assert.ok(recorded.startsWith(seen), `${seen} is what ${recorded} begins with`);
    const [click, ...others] = actionsOf(knownRows(await journalOf(owner, id)), 'alice').map(
      ({ data }) => data,
    );
    assert.deepEqual([click?.method, click?.args], ['left_click', { x: 400, y: 300, button: 'left' }]);
    // One, where the server was not so slow that it seemed to be a pause.
    const texts = others.map(({ args }) => String((args as { text?: string }).text));
    assert.equal(texts.join(''), recorded);
    const { state } = (await owner.api('GET', `/v1/traces/${id}`)).json() as { state: string };
    assert.equal(state, 'sealed');
    assert.deepEqual(await faultsOf(owner, id), []);
    const { text: script } = await owner.api('GET', `/v1/traces/${id}/export/sdk`);
    for (const text of texts) assert.ok(script.includes(text), 'an export does again what the person did');
  });
});

describe('a server that is killed while a person drags', () => {
  it('has the drag as far as it came in its trace and in what the flight recorder holds', async () => {
    await using owner = await TestServer.start();
    const first = await killable(owner);
    const desktop = DesktopInfo.parse(await first.post('/v1/desktops', { record: 'always' }));
    const started = await first.post(`/v1/desktops/${desktop.id}/trace/start`);
    const { trace_id: id } = started as { trace_id: string };
    const viewer = await RfbViewer.open(`${desktop.links.vnc}?actor=bob`, first.headers);
    for (const x of [300, 340, 390]) viewer.pointer(x, 400, RFB_BUTTON.left);
    const held = async (): Promise<string> => String(await filesHolding([owner.data], ['"x":390']));
    await eventually(async () => assert.match(await held(), /traces.*flight|flight.*traces/));
    await first.kill();
    await viewer.closed();

    await owner.open();
    const cut = await owner.api('POST', `/v1/desktops/${desktop.id}/trace/cut`, { lastMs: 60_000 });
    const { trace_id: cutId } = cut.json() as { trace_id: string };
    const [drag, ...others] = actionsOf(knownRows(await journalOf(owner, id)), 'bob');
    assert.deepEqual(others, []);
    const path = [300, 340, 390].map((x) => [x, 400]);
    const { path: dragged, button } = drag?.data.args as { path?: unknown; button?: unknown };
    assert.deepEqual([drag?.data.method, dragged, button], ['drag', path, 'left']);
    assert.deepEqual(
      actionsOf(knownRows(await journalOf(owner, cutId)), 'bob').map(({ data }) => [data.call_id, data.args]),
      [[drag?.data.call_id, drag?.data.args]],
    );
    for (const trace of [id, cutId]) assert.deepEqual(await faultsOf(owner, trace), []);
  });
});

describe('a server that is asked to end while a person drags', () => {
  it('has the drag as far as it came in what the flight recorder holds', async () => {
    await using server = await TestServer.start();
    const { id, links } = await server.create({ record: 'always' });
    const viewer = await RfbViewer.open(links.vnc, server.auth);
    viewer.pointer(300, 400, RFB_BUTTON.left);
    viewer.pointer(390, 410, RFB_BUTTON.left);
    viewer.pointer(390, 410, RFB_BUTTON.left | RFB_BUTTON.middle);
    await eventually(async () => assert.notDeepEqual(await filesHolding([server.data], ['"buttons":3']), []));
    await server.shut();
    await viewer.closed();

    await server.open();
    const cut = await server.api('POST', `/v1/desktops/${id}/trace/cut`, { lastMs: 60_000 });
    const { trace_id: trace } = cut.json() as { trace_id: string };
    const rows = knownRows(await readFile(join(server.data, 'traces', trace, 'events.jsonl'), 'utf8'));
    const calls = rowsOf(rows, 'call').filter(({ actor }) => actor?.kind === 'human');
    const path = [
      [300, 400],
      [390, 410],
    ];
    assert.deepEqual(
      calls.map(({ data }) => [data.method, (data.args as { path?: unknown }).path]),
      [
        ['drag', path],
        ['middle_click', undefined],
      ],
    );
    assert.deepEqual(
      (await verifyTrace(join(server.data, 'traces', trace), { data: server.data })).faults,
      [],
    );
  });
});

/** What the keys of a journal's whole rows write. */
function typedIn(journal: string): string {
  return rowsOf(knownRows(journal.slice(0, journal.lastIndexOf('\n') + 1)), 'input')
    .flatMap(({ data }) => data.events)
    .map((event) => (event.kind === 'key' && event.down ? (characterOf(event.keysym ?? 0) ?? '') : ''))
    .join('');
}
