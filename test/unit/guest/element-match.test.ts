// Which elements a query means.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ElementQuery } from '../../../protocol/element.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import {
  idOf,
  matchingNodes,
  missingStates,
  nodesWithText,
} from '../../../guest/accessibility/element-match.ts';
import { ElementIds } from '../../../guest/accessibility/ids.ts';

const BOUNDS = { x: 0, y: 0, width: 10, height: 10 };

function node(id: string, role: string, title: string, more: Partial<TreeNode> = {}): TreeNode {
  return { id, role, title, bounds: BOUNDS, states: ['enabled'], actions: [], children: [], ...more };
}

const TREE = node('desktop', 'desktop frame', 'Desktop', {
  children: [
    node('e1', 'button', 'Save as'),
    node('e2', 'button', 'Save', { bounds: undefined }),
    node('e3', 'button', 'Save      '),
    node('e4', 'entry', 'Name', { value: 'Ada Lovelace', states: ['editable', 'multi line'] }),
    node('e5', 'slider', 'Volume', { value: 40 }),
    node('e6', 'password text', 'Secret'),
  ],
});

function found(query: ElementQuery | object): string[] {
  return matchingNodes(TREE, ElementQuery.parse(query)).map(({ id }) => id);
}

describe('a query', () => {
  it('takes whole titles before parts, and what is on the screen before what is not', () => {
    assert.deepEqual(found({ role: 'button', name: 'save' }), ['e3', 'e2', 'e1']);
    assert.deepEqual(found({ title: 'Save', exact: true }), ['e3', 'e2']);
    assert.deepEqual(found({ title: 'save', exact: true }), []);
  });

  it('takes the active window before others', () => {
    const inWindow = (id: string, states: string[]): TreeNode =>
      node(`a${id}`, 'application', '', {
        children: [node(`w${id}`, 'frame', '', { states, children: [node(id, 'menu', 'File')] })],
      });
    const tree = node('desktop', 'desktop frame', '', {
      children: [inWindow('e1', []), inWindow('e2', ['active'])],
    });
    const query = ElementQuery.parse({ role: 'menu', name: 'File' });
    assert.deepEqual(matchingNodes(tree, query).map(({ id }) => id), ['e2', 'e1']); // prettier-ignore
  });

  it("understands ARIA's roles, and spellings of AT-SPI's", () => {
    assert.deepEqual(found({ role: 'push_button', name: 'as' }), ['e1']);
    assert.deepEqual(found({ role: 'textbox' }), ['e4', 'e6']);
    assert.deepEqual(found({ role: 'Password Text' }), ['e6']);
    assert.deepEqual(found({ role: 'constructor' }), []);
  });

  it('compares values, ids and numbers of ids', () => {
    assert.deepEqual(found({ value: 'lovelace' }), ['e4']);
    assert.deepEqual(found({ value: 40 }), ['e5']);
    assert.deepEqual(found({ id: 'e5' }), ['e5']);
    assert.deepEqual(found({ id: 5 }), ['e5']);
    assert.equal(idOf({ id: '12' }), 'e12');
  });

  it('must say something', () => {
    assert.equal(ElementQuery.safeParse({}).success, false);
    assert.equal(ElementQuery.safeParse({ exact: true, role: null }).success, false);
  });

  it('tells the states that are missing, and those that are there and should not be', () => {
    const [, , , entry] = TREE.children;
    assert.ok(entry);
    assert.deepEqual(missingStates(entry, ['editable', 'multi_line', '!checked']), []);
    assert.deepEqual(missingStates(entry, ['!editable', 'focused']), ['!editable', 'focused']);
  });

  it('finds texts in titles and values', () => {
    assert.deepEqual(nodesWithText(TREE, 'ADA').map(({ id }) => id), ['e4']); // prettier-ignore
  });
});

describe('an id', () => {
  const ref = { bus: ':1.5', path: '/element/1' };

  it('leads back to its element for as long as the program lives', () => {
    const ids = new ElementIds();
    const id = ids.idOf('bus', ref);
    assert.deepEqual(ids.addressOf(id), { bus: 'bus', ref });
    ids.forget(() => true);
    assert.deepEqual(ids.addressOf(id), { bus: 'bus', ref });
    ids.forget(() => false);
    assert.equal(ids.addressOf(id), undefined);
  });

  it('is never given again, not even by an agent that was started anew', () => {
    const [first, second] = [new ElementIds(1), new ElementIds(10_000_001)];
    const id = first.idOf('bus', ref);
    first.forget(() => false);
    assert.notEqual(first.idOf('bus', ref), id);
    assert.notEqual(second.idOf('bus', ref), id);
    assert.equal(second.addressOf(id), undefined);
  });
});
