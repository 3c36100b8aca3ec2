// A click that opens a menu: the frame after it shows the menu, the tree recorded with it holds the items with their
// places, and a click at such a place activates the item. In GTK3, Qt and GTK4, and in the panel.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Bounds } from '../../../protocol/primitives.ts';
import { ElementAt } from '../../../protocol/element-at.ts';
import { TreeNode } from '../../../protocol/tree.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import {
  centreOf,
  clickElement,
  everyNode,
  waitForElement,
  type Placed,
  type Wanted,
} from '../../support/elements.ts';
import { changedPixels, decodePicture } from '../../support/picture.ts';
import type { CallData, SavedTrace } from '../../support/saved-trace.ts';

interface Case {
  readonly program: string;
  readonly opener: Wanted & { app: string };
  /** Some of the menu's items, by what a person reads; by their order where they do not say it. */
  readonly items: readonly (string | number)[];
  /** The last of them, clicked, brings this. */
  readonly brings: Wanted;
}

const CASES: Record<string, Case> = {
  'GTK3, in an editor': {
    program: 'mousepad',
    opener: { app: 'mousepad', role: 'menu', title: 'Help' },
    items: ['Contents', 'About'],
    brings: { app: 'mousepad', role: 'dialog', title: 'About Mousepad' },
  },
  'Qt, in an editor': {
    program: 'featherpad',
    opener: { app: 'FeatherPad', role: 'menu item', title: 'Help' },
    items: ['Help', 'About'],
    brings: { app: 'FeatherPad', role: 'dialog', title: 'About FeatherPad' },
  },
  'GTK4, in a calculator': {
    program: 'gnome-calculator',
    opener: { app: 'gnome-calculator', role: 'toggle button', title: 'Main Menu' },
    // Items of GTK4's menus tell no name.
    items: [0, -1],
    brings: { app: 'gnome-calculator', role: 'label', title: 'Calculator' },
  },
  'GTK3, in the panel': {
    program: 'true',
    opener: { app: 'xfce4-panel', role: 'toggle button', title: 'Applications' },
    items: ['Terminal Emulator', 'Web Browser', 'File Manager'],
    brings: { app: 'thunar', role: 'frame', title: 'cua - Thunar' },
  },
};

/** Of an item's pixels so many, at least, are not what was there before it: a menu may be as white as what it covers. */
const WRITING_SHARE = 0.02;

interface Opened {
  readonly trace: SavedTrace;
  readonly call: CallData;
  readonly tree: TreeNode;
}

/** Clicks the opener in a trace of its own. */
async function open(desk: TestComputer, { program, opener }: Case): Promise<Opened> {
  await desk.desktop.launch(program);
  await waitForElement(desk.desktop, opener);
  await desk.tracing.start({ accessibilityTree: true, pace: 'settled' });
  await clickElement(desk.desktop, opener);
  const trace = await desk.stopTrace();
  const call = trace.calls.find(({ method }) => method === 'left_click');
  const event = trace.events.find(({ type }) => type === 'accessibility_tree');
  assert.ok(call && event, 'the click and its tree are in the archive');
  assert.equal(event.data['call_id'], call.call_id);
  return { trace, call, tree: TreeNode.parse(event.data['tree']) };
}

function itemOf(tree: TreeNode, app: string, wanted: string | number): Placed {
  const root = tree.children.find(({ title }) => title === app);
  const items = [...(root ? everyNode(root) : [])]
    .filter(({ role }) => role === 'menu item')
    .filter((node): node is Placed => node.bounds !== undefined);
  // In a menu that is open, which comes after the item of the menu bar that opened it.
  const found =
    typeof wanted === 'number' ? items.at(wanted) : items.findLast(({ title }) => title.trim() === wanted);
  assert.ok(found, `the tree holds ${wanted} with its place`);
  return found;
}

/** The event names the element that was clicked, with what it lies in. */
function assertElement(call: CallData, { app, role, title }: Case['opener']): void {
  const element = ElementAt.parse(call['element']);
  assert.deepEqual([element.role, element.name], [role, title]);
  assert.deepEqual(element.path[0], { role: 'application', name: app });
  assert.equal(typeof call['element_age_ms'], 'number');
}

/** How much of each place is not as it was. */
async function newShares(trace: SavedTrace, call: CallData, places: readonly Bounds[]): Promise<number[]> {
  const was = await decodePicture(await trace.picture(String(call['before'])));
  const is = await decodePicture(await trace.picture(String(call.screenshot)));
  return places.map((place) => changedPixels(was, is, place) / (place.width * place.height));
}

describe('a click that opens a menu', () => {
  let desk: TestComputer;
  before(async () => {
    desk = await startComputer();
  });
  after(() => desk[Symbol.asyncDispose]());
  afterEach(async () => {
    const programs = Object.values(CASES).map(({ program }) => program);
    await desk.desktop.runCommand(`pkill -x '${programs.join('|')}'`);
    await desk.desktop.pressKey('escape');
  });

  for (const [name, one] of Object.entries(CASES)) {
    it(`is recorded with the menu, whose items can be clicked: ${name}`, async (t) => {
      const { trace, call, tree } = await open(desk, one);
      const items = one.items.map((item) => itemOf(tree, one.opener.app, item));
      assert.equal(call.settled, true);
      assertElement(call, one.opener);
      const shares = await newShares(
        trace,
        call,
        items.map(({ bounds }) => bounds),
      );
      t.diagnostic(`${name}: new pixels ${shares.map((share) => `${Math.round(100 * share)} %`).join(', ')}`);
      for (const share of shares) assert.ok(share > WRITING_SHARE, `${call.screenshot}: ${share}`);
      const last = items.at(-1);
      assert.ok(last);
      const { x, y } = centreOf(last.bounds);
      await desk.desktop.leftClick(x, y);
      await waitForElement(desk.desktop, one.brings);
    });
  }
});
