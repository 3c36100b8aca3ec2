// From an accessibility tree to the elements of a snapshot.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { desktopSnapshot, type Settling } from '../../../protocol/snapshot/desktop/from-desktop.ts';
import type { Snapshot, SnapshotElement } from '../../../protocol/snapshot/snapshot.ts';
import type { TreeNode, TreeReport } from '../../../protocol/tree.ts';

let lastId = 0;
const USABLE = ['enabled', 'sensitive', 'showing', 'visible'];

function node(role: string, title: string, more: Partial<TreeNode> = {}): TreeNode {
  lastId += 1;
  return { id: `e${lastId}`, role, title, states: USABLE, actions: [], children: [], ...more };
}

const at = (x: number, y: number, width = 100, height = 20): Pick<TreeNode, 'bounds'> => ({
  bounds: { x, y, width, height },
});

function snapshotFor(
  applications: TreeNode[],
  more: Partial<TreeReport> & { settling?: Settling } = {},
): Snapshot {
  const { settling, ...report } = more;
  const tree = node('desktop frame', 'Desktop', { id: 'desktop', children: applications });
  return desktopSnapshot({
    report: { tree, nodes: 9, truncated: false, unavailable: [], duration_ms: 5, ...report },
    size: { width: 1280, height: 800 },
    settling,
    limit: 100,
    now: Date.UTC(2026, 0, 1),
  });
}

function windowWith(children: TreeNode[], more: Partial<TreeNode> = {}): TreeNode {
  return node('application', 'editor', {
    children: [
      node('frame', 'Notes ñ', { ...at(0, 0, 600, 400), states: [...USABLE, 'active'], children, ...more }),
    ],
  });
}

function elementOf(snapshot: Snapshot, text: string): SnapshotElement {
  const found = snapshot.elements.find((element) => element.text === text);
  assert.ok(found, `${text} is among ${snapshot.elements.map((element) => element.text).join(', ')}`);
  return found;
}

describe('the snapshot of a desktop', () => {
  it('has for each element what it is, says, where it is, and whether it can be clicked', () => {
    const save = node('push button', '  Save\n all ', { ...at(10, 20), actions: ['click'] });
    const snapshot = snapshotFor([windowWith([save])]);
    assert.deepEqual(elementOf(snapshot, 'Save all'), {
      id: Number(save.id.slice(1)),
      role: 'button',
      text: 'Save all',
      importance: 400 + 150 + 50,
      bbox: { x: 10, y: 20, width: 100, height: 20 },
      visual_cues: { is_primary: false, is_clickable: true },
      in_viewport: true,
      is_occluded: false,
      z_index: 2,
    });
  });

  it('orders by what matters: focus, default, kind, then the rest', () => {
    const snapshot = snapshotFor([
      windowWith([
        node('label', 'label', at(0, 0)),
        node('button', 'off', { ...at(0, 0), states: ['showing'] }),
        node('button', 'default', { ...at(0, 0), states: [...USABLE, 'is default'] }),
        node('entry', 'focused', { ...at(0, 0), states: [...USABLE, 'focused'] }),
        node('table cell', 'cell', at(0, 0)),
      ]),
    ]);
    assert.deepEqual(
      snapshot.elements.map(({ text }) => text),
      ['focused', 'default', 'cell', 'label', 'off', 'Notes ñ'],
    );
    assert.equal(elementOf(snapshot, 'default').visual_cues.is_primary, true);
    assert.equal(elementOf(snapshot, 'off').visual_cues.is_clickable, false);
  });

  it('leaves out what holds others and says nothing, and what is not on the screen', () => {
    const snapshot = snapshotFor([
      windowWith([node('panel', '', at(0, 0)), node('label', '', at(0, 0)), node('button', 'hidden')]),
    ]);
    assert.deepEqual(
      snapshot.elements.map(({ role }) => role),
      ['window'],
    );
  });

  it('shows values, but no password', () => {
    const snapshot = snapshotFor([
      windowWith([
        node('entry', 'Name', { ...at(0, 0), value: 'Ann\nLee' }),
        node('password text', 'Password', { ...at(0, 30), value: 'hunter2' }),
      ]),
    ]);
    assert.equal(elementOf(snapshot, 'Name: Ann Lee').role, 'textbox');
    assert.equal(elementOf(snapshot, 'Password').is_password, true);
    assert.ok(!JSON.stringify(snapshot).includes('hunter2'));
  });

  it('sees what other windows lie on', () => {
    const below = node('application', 'files', {
      children: [
        node('frame', 'Files', {
          ...at(300, 200, 600, 400),
          children: [node('button', 'covered', at(310, 210)), node('button', 'free', at(700, 500))],
        }),
      ],
    });
    const desktop = node('application', 'xfdesktop', {
      children: [
        node('frame', 'Desktop', { ...at(0, 0, 1280, 800), children: [node('icon', 'Home', at(100, 100))] }),
      ],
    });
    const panel = node('application', 'xfce4-panel', {
      children: [
        node('frame', '', { ...at(0, 0, 1280, 30), children: [node('button', 'Clock', at(1200, 0))] }),
      ],
    });
    const snapshot = snapshotFor([below, desktop, panel, windowWith([])]);
    const occluded = (text: string): unknown[] => {
      const element = elementOf(snapshot, text);
      return [element.is_occluded, element.z_index];
    };
    assert.deepEqual(occluded('covered'), [true, 1]);
    assert.deepEqual(occluded('free'), [false, 1]);
    assert.deepEqual(occluded('Home'), [true, 0]);
    assert.deepEqual(occluded('Clock'), [false, 3]);
  });

  it('names the place: the active window, or the document in it', () => {
    assert.equal(snapshotFor([windowWith([])]).url, 'desktop://Notes%20%C3%B1');
    assert.equal(snapshotFor([]).url, 'desktop://');
    const page = node('document web', 'Page', { url: 'https://example.com/a?b' });
    assert.equal(
      snapshotFor([windowWith([node('panel', '', { children: [page] })])]).url,
      'https://example.com/a?b',
    );
  });

  it('says how far it can be relied on', () => {
    const whole = snapshotFor([windowWith([node('button', 'x', at(0, 0))])], {
      settling: { settled: true, waitedMs: 210 },
    }).diagnostics;
    assert.equal(whole?.confidence, 1);
    assert.deepEqual(whole.reasons, ['screen_settled']);
    assert.deepEqual(whole.metrics, {
      ready_state: 'complete',
      settle_ms: 210,
      node_count: 9,
      interactive_count: 1,
      raw_elements_count: 2,
      tree_ms: 5,
    });
    const doubtful = snapshotFor([], {
      settling: { settled: false, waitedMs: 3000 },
      truncated: true,
      unavailable: [{ application: 'editor', reason: 'it did not answer' }],
    }).diagnostics;
    assert.equal(doubtful?.confidence, 0.3);
    assert.deepEqual(doubtful.reasons, [
      'screen_changing',
      'tree_truncated',
      'application_unavailable: editor',
    ]);
    assert.equal(snapshotFor([]).diagnostics?.metrics['ready_state'], 'unknown');
  });
});
