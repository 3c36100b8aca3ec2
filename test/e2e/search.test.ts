// Texts in what was recorded on a real desktop: found where they were typed and where the screen shows them, and nowhere else.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Deskreel } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { waitForElement } from '../support/elements.ts';

const TEXT = 'heliotrope meadow';
const SECRET = 'magentaquartz';

describe('a text that was typed on a desktop', () => {
  let desk: TestComputer;
  let deskreel: Deskreel;
  let id = '';
  before(async () => {
    desk = await startComputer({ resolution: '900x600' });
    const { url, token } = desk.server.running;
    deskreel = await Deskreel.open({ url, token });
    await desk.desktop.launch('mousepad');
    await waitForElement(desk.desktop, { role: 'text', app: 'mousepad' });
    await desk.tracing.start({ name: 'typed', accessibilityTree: true });
    await desk.desktop.typeText(TEXT);
    await desk.desktop.typeText(SECRET, { secret: true });
    await desk.tracing.addMetadata('ticket', 'HELIO-7');
    id = (await deskreel.currentTrace(desk.computer.desktop.id))?.traceId ?? '';
    await desk.tracing.stop({ path: desk.folder });
  });
  after(async () => {
    await deskreel.close();
    await desk[Symbol.asyncDispose]();
  });

  const foundFor = async (text: string): Promise<unknown[]> =>
    (await deskreel.searchTraces({ text })).findings.map(({ traceId, type, method, places }) => [
      traceId, type, method, places[0]?.in,
    ]); // prettier-ignore

  it('is found in the command, and in the window that shows it', async () => {
    const [typed, shown] = await foundFor('Heliotrope MEADOW');
    assert.deepEqual(typed, [id, 'api_call', 'type_text', 'args.text']);
    assert.deepEqual(shown, [id, 'accessibility_tree', 'type_text', 'text ""']);
    assert.deepEqual(await foundFor('helio-7'), [[id, 'metadata', undefined, 'value']]);
  });

  it('is not found where it is secret', async () => {
    assert.deepEqual(await foundFor(SECRET), []);
  });

  it('is not found while it is being recorded, and then it is', async () => {
    await desk.tracing.start({ name: 'second' });
    await desk.desktop.typeText(TEXT);
    const running = (await deskreel.currentTrace(desk.computer.desktop.id))?.traceId ?? '';
    assert.ok((await foundFor(TEXT)).every((finding) => (finding as string[])[0] === id));
    await assert.rejects(deskreel.searchTraces({ text: TEXT, traceId: running }), { code: 'conflict' });
    await desk.tracing.stop({ path: desk.folder });
    const [[newest] = []] = (await foundFor(TEXT)) as string[][];
    assert.equal(newest, running, 'the newest first');
  });

  it('is not found any more when it is redacted or deleted', async () => {
    const { traceId } = await deskreel.redactTrace(id, { texts: [TEXT], replace: true });
    assert.deepEqual(await foundFor('helio-7'), [[traceId, 'metadata', undefined, 'value']]);
    assert.ok((await foundFor(TEXT)).every((finding) => (finding as string[])[0] !== traceId));
    await deskreel.deleteTrace(traceId);
    assert.deepEqual(await foundFor('helio-7'), []);
  });
});
