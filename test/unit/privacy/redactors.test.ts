// What every redactor holds to, and what each of them hides.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TypedRedactor } from '../../../guest/privacy/typed-redactor.ts';
import { boundsOfMasks, coverTree, masksOf } from '../../../protocol/privacy/cover.ts';
import { patternRedactor } from '../../../protocol/privacy/pattern-redactor.ts';
import { nodesOf, type Redactor, type Scene } from '../../../protocol/privacy/redactor.ts';
import { regionRedactor } from '../../../protocol/privacy/region-redactor.ts';
import { textRedactor } from '../../../protocol/privacy/text-redactor.ts';
import { titleRedactor } from '../../../protocol/privacy/title-redactor.ts';
import { showsPart, TypedTexts, writes } from '../../../protocol/privacy/typed-texts.ts';
import type { Bounds } from '../../../protocol/primitives.ts';
import type { TreeNode } from '../../../protocol/tree.ts';

const ENTRY = { x: 110, y: 140, width: 200, height: 30 };
const LABEL = { x: 110, y: 200, width: 200, height: 30 };
const WINDOW = { x: 100, y: 100, width: 300, height: 200 };
const TITLE_BAR = { x: 100, y: 100, width: 300, height: 24 };
const SECRET = 'hunter2';

function node(role: string, more: Partial<TreeNode> = {}): TreeNode {
  return { id: role, role, title: '', states: ['showing'], actions: [], children: [], ...more };
}

/** A window with an entry and a label; `shown` is in both. */
function scene(shown: string, more: Partial<Scene> = {}): Scene & { readonly tree: TreeNode } {
  const entry = node('entry', { bounds: ENTRY, value: shown, states: ['editable', 'showing'] });
  const label = node('label', { bounds: LABEL, title: shown === '' ? 'nothing' : `you typed ${shown}` });
  const frame = node('frame', { title: 'Vault', bounds: WINDOW, children: [entry, label] });
  const tree = node('desktop frame', { children: [node('application', { children: [frame] })] });
  const window = { id: 7, pid: 70, title: 'Vault', bounds: WINDOW, titleBar: TITLE_BAR };
  return { size: { width: 800, height: 600 }, whole: true, windows: [window], ...more, tree };
}

function typed(now = { now: () => 0 }): TypedRedactor {
  const redactor = new TypedRedactor('secret', now);
  redactor.typed(SECRET, { element: 'entry', window: 7 });
  return redactor;
}

const ALL: Record<string, () => Redactor> = {
  region: () => regionRedactor([ENTRY, LABEL]),
  title: () => titleRedactor(['vault']),
  pattern: () => patternRedactor(['hunter\\d']),
  text: () => textRedactor('text', [SECRET]),
  typed,
};

const covers = (masks: readonly Bounds[], place: Bounds): boolean =>
  masks.some(
    (one) =>
      one.x <= place.x &&
      one.y <= place.y &&
      one.x + one.width >= place.x + place.width &&
      one.y + one.height >= place.y + place.height,
  );

for (const [name, make] of Object.entries(ALL)) {
  describe(`the ${name} redactor`, () => {
    it('covers every place that shows what it hides, and lets no tree tell of it', () => {
      const redactor = make();
      const given = scene(SECRET);
      const painted = boundsOfMasks(masksOf([redactor], given));
      for (const place of [ENTRY, LABEL]) assert.ok(covers(painted, place), JSON.stringify(painted));
      const { tree, masks } = coverTree([redactor], given);
      assert.doesNotMatch(JSON.stringify(tree), /hunter2/);
      assert.ok(masks.every(({ rule, nodes }) => rule === redactor.rule && (nodes ?? 0) > 0));
      assert.deepEqual(
        [...nodesOf(tree)].map(({ id, role, bounds }) => ({ id, role, bounds })),
        [...nodesOf(given.tree)].map(({ id, role, bounds }) => ({ id, role, bounds })),
        'the elements themselves stay',
      );
    });

    it('stays on the screen, and changes neither what it is given nor a text that is none of its business', () => {
      const redactor = make();
      const given = scene(SECRET, { size: { width: 200, height: 180 } });
      const before = structuredClone(given);
      for (const { x, y, width, height } of boundsOfMasks(masksOf([redactor], given))) {
        assert.ok(x >= 0 && y >= 0 && x + width <= 200 && y + height <= 180);
      }
      assert.deepEqual(given, before);
      assert.equal(redactor.maskText('orchard'), 'orchard');
    });
  });
}

describe('what was typed', () => {
  it('is covered until its element shows nothing of it, and again when it does', () => {
    const time = { ms: 0 };
    const redactor = typed({ now: () => time.ms });
    const place = (shown: string): Bounds[] => redactor.places(scene(shown));
    assert.ok(covers(place(''), ENTRY), 'programs tell later than they draw');
    assert.ok(covers(place(SECRET), ENTRY));
    assert.ok(covers(place('xhunte'), ENTRY), 'a part is left');
    assert.deepEqual(place(''), []);
    assert.ok(covers(place(SECRET), LABEL));
    time.ms = 3_600_000;
    assert.equal(redactor.active, false);
  });

  it('covers the window where nobody knows the element, for as long as the window is there', () => {
    const redactor = new TypedRedactor('secret', { now: () => 0 });
    redactor.typed('ab', { element: undefined, window: 7 });
    assert.deepEqual(redactor.places(scene('')), [WINDOW]);
    assert.deepEqual(redactor.places(scene('', { windows: [] })), []);
    redactor.typed('ab', { element: undefined, window: 'unknown' });
    assert.deepEqual(redactor.places(scene('', { windows: [] })), [{ x: 0, y: 0, width: 800, height: 600 }]);
  });

  it('key by key is one text, and a tab parts it', () => {
    const texts = new TypedTexts();
    for (const key of 'crimson') texts.add(key, 'here');
    assert.equal(texts.mask('a crimson door'), 'a [masked] door');
    texts.add('alice\tumbrella', 'there');
    assert.equal(texts.mask('alice and an umbrella'), '[masked] and an [masked]');
    assert.equal(texts.mask('Crim'), 'Crim');
  });

  it('of which four characters in a row are left is not gone', () => {
    assert.equal(showsPart('the hunt', SECRET), true);
    assert.equal(showsPart('the hun', SECRET), false);
    assert.equal(showsPart('a1', '1'), true);
  });

  it('is not what keys do that write nothing', () => {
    assert.deepEqual(['a', 'é', 'space', 'kp_5', 'shift+a'].filter(writes), [
      'a',
      'é',
      'space',
      'kp_5',
      'shift+a',
    ]);
    assert.deepEqual(['Enter', 'page_down', 'F5', 'ctrl', 'BackSpace'].filter(writes), []);
  });
});

describe('a pattern', () => {
  it('that takes forever hides by failing', () => {
    const redactor = patternRedactor(['(a+)+$']);
    assert.throws(() => redactor.maskText(`${'a'.repeat(40)}!`), /took longer/);
  });
});
