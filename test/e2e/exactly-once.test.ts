// Commands that happen exactly once, whatever breaks: the link of the client, the server, the agent. The editor's file shows it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertOnce, numbered, OnceDesktop } from '../support/once-desktop.ts';
import { seededRandom } from '../support/random.ts';

const SEED = Number(process.env['SEED'] ?? 4);
const TEXTS = numbered(150);

describe(`commands whose ground shakes (SEED=${SEED})`, () => {
  const random = seededRandom(SEED);
  let desktop: OnceDesktop;
  before(async () => (desktop = await OnceDesktop.start()));
  after(() => desktop[Symbol.asyncDispose]());

  it('each happen exactly once over a link that is cut at random moments', async (t) => {
    const cuts = await assertOnce(desktop, 100, random);
    t.diagnostic(`${cuts} cuts`);
    assert.ok(cuts >= 3);
  });

  it('each happen exactly once while the server is killed', async () => {
    await desktop.emptyEditor();
    const { ended } = await desktop.type(TEXTS, random, () => desktop.killServer());
    assert.deepEqual(
      ended.filter(({ outcome }) => outcome !== 'success'),
      [],
    );
    assert.equal(await desktop.editorText(), TEXTS.join(''));
  });

  it('happen once or their outcome is unknown while the agent is killed, never twice', async (t) => {
    await desktop.emptyEditor();
    const { ended } = await desktop.type(TEXTS, random, () => desktop.killAgent());
    const unknown = ended.filter(({ outcome }) => outcome !== 'success');
    t.diagnostic(`unknown: ${JSON.stringify(unknown)}`);
    assert.ok(unknown.length <= 1 && unknown.every(({ outcome }) => outcome === 'unknown_outcome'));
    // Of a text whose outcome nobody knows, a beginning may have been typed.
    const lost = unknown[0]?.text ?? '';
    const beginnings = Array.from({ length: lost.length + 1 }, (_, length) => lost.slice(0, length));
    const possible = beginnings.map((typed) =>
      ended.map(({ text, outcome }) => (outcome === 'success' ? text : typed)).join(''),
    );
    assert.ok(possible.includes(await desktop.editorText()), await desktop.editorText());
  });
});
