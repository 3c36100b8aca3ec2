// Which element a point is in, by a tree: windows that overlap, menus over them, containers without a place.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { elementAt } from '../../../guest/accessibility/element-at.ts';
import type { TreeNode } from '../../../protocol/tree.ts';

type Box = [x: number, y: number, width: number, height: number];

function node(
  role: string,
  title: string,
  box: Box | undefined,
  children: TreeNode[] = [],
  states = ['showing'],
): TreeNode {
  const bounds = box && { x: box[0], y: box[1], width: box[2], height: box[3] };
  return { id: title, role, title, ...(bounds ? { bounds } : {}), states, actions: [], children };
}

const button = node('push button', 'Save', [20, 40, 50, 20]);
const hidden = node('push button', 'Hidden', [20, 40, 50, 20], [], []);
const item = node('menu item', 'Open', [15, 35, 80, 20]);
const editor = node(
  'frame',
  'Editor',
  [0, 0, 200, 200],
  [node('panel', '', undefined, [button]), hidden],
  ['showing', 'active'],
);
const files = node('frame', 'Files', [10, 10, 150, 150], [node('icon', 'Home', [20, 40, 50, 20])]);
const desktop = (...windows: TreeNode[]): TreeNode =>
  node('desktop frame', 'Desktop', [0, 0, 500, 500], [node('application', 'App', undefined, windows)]);

describe('the element at a point', () => {
  it('is the innermost one, with its way from the application', () => {
    const found = elementAt(desktop(editor), { x: 30, y: 50 });
    assert.deepEqual(found, {
      id: 'Save',
      role: 'push button',
      name: 'Save',
      bounds: { x: 20, y: 40, width: 50, height: 20 },
      path: [
        { role: 'application', name: 'App' },
        { role: 'frame', name: 'Editor' },
        { role: 'panel', name: '' },
      ],
    });
  });

  it('is of the active window where windows overlap', () => {
    assert.equal(elementAt(desktop(files, editor), { x: 30, y: 50 })?.name, 'Save');
    assert.equal(elementAt(desktop(editor, files), { x: 30, y: 50 })?.name, 'Save');
  });

  it('is of a menu that lies over the window', () => {
    const menu = node('window', '', [10, 30, 100, 100], [item]);
    assert.equal(elementAt(desktop(editor, menu), { x: 30, y: 50 })?.name, 'Open');
  });

  it('is the button, not the label or the box inside it', () => {
    const label = node('label', 'Go', [22, 42, 20, 10]);
    const go = {
      ...node('push button', 'Go', [20, 40, 50, 20], [node('panel', '', [20, 40, 50, 20], [label])]),
    };
    const window = node('frame', 'Window', [0, 0, 200, 200], [{ ...go, actions: ['click'] }]);
    assert.equal(elementAt(desktop(window), { x: 25, y: 45 })?.role, 'push button');
  });

  it('is the window itself where nothing in it has the point, and nothing outside of all windows', () => {
    assert.equal(elementAt(desktop(editor), { x: 190, y: 190 })?.name, 'Editor');
    assert.equal(elementAt(desktop(editor), { x: 400, y: 400 }), undefined);
  });
});
