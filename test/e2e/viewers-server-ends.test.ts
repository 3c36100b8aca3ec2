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
import { RFB_BUTTON, RfbViewer } from '../support/rfb-viewer.ts';
import { knownRows, rowsOf } from '../support/saved-trace.ts';
import { filesHolding } from '../support/secrets.ts';
import { serveProcess } from '../support/server-process.ts';
import { ask, eventually, TestServer } from '../support/server.ts';

const EDITOR = { role: 'text', app: 'mousepad' };
const TEXT = 'the quick brown fox jumps over the lazy dog '.repeat(5);

describe('a server that is killed while a person types', () => {
  it('has every key that reached the desktop in its trace', async () => {
    // It owns the folder and takes everything away at the end; the killed one works on it meanwhile.
    await using owner = await TestServer.start();
    await owner.shut();
    const first = await serveProcess(owner.data);
    const headers = { 'X-API-Key': (await readFile(join(owner.data, 'token'), 'utf8')).trim() };
    const post = async (path: string, body: object = {}): Promise<unknown> =>
      (await ask(`${first.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    const desktop = DesktopInfo.parse(await post('/v1/desktops', { record: 'on-demand' }));
    const commands = `/v1/desktops/${desktop.id}/commands`;
    await post(`${commands}/launch`, { app: 'mousepad' });
    await post(`${commands}/wait_for`, { element: EDITOR });
    const { trace_id: id } = (await post(`/v1/desktops/${desktop.id}/trace/start`)) as { trace_id: string };
    const viewer = await RfbViewer.open(desktop.links.vnc, headers);
    viewer.click(400, 300);
    viewer.type(TEXT);
    const journal = join(owner.data, 'traces', id, 'events.jsonl');
    const typed = async (): Promise<string> => typedIn(await readFile(journal, 'utf8'));
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
    const { state } = (await owner.api('GET', `/v1/traces/${id}`)).json() as { state: string };
    assert.equal(state, 'sealed');
    const verdict = await verifyTrace(join(owner.data, 'traces', id), { data: owner.data });
    assert.deepEqual(verdict.faults, []);
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
