// Finding what a person would click, in the accessibility tree of a desktop.
import assert from 'node:assert/strict';
import type { Bounds, Point } from '../../protocol/primitives.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { ComputerInterface } from '../../sdk/index.ts';
import { eventually } from './server.ts';

export type Placed = TreeNode & { bounds: Bounds };

export interface Wanted {
  /** Title of the application that it belongs to. */
  readonly app?: string;
  readonly role: string;
  readonly title?: string;
  readonly state?: string;
}

export function* everyNode(node: TreeNode): Generator<TreeNode> {
  yield node;
  for (const child of node.children) yield* everyNode(child);
}

/** The elements on the screen that are what is wanted, in the tree's order. */
export function findElements(tree: TreeNode, { app, role, title, state }: Wanted): Placed[] {
  const roots = app === undefined ? [tree] : tree.children.filter((one) => one.title === app);
  return (
    roots
      .flatMap((root) => [...everyNode(root)])
      .filter((node): node is Placed => node.bounds !== undefined)
      .filter((node) => node.role === role && (state === undefined || node.states.includes(state)))
      // GTK leaves room for the shortcut in a menu item's name.
      .filter((node) => title === undefined || node.title.trim() === title)
  );
}

export async function readTree(desktop: ComputerInterface): Promise<TreeNode> {
  return (await desktop.getAccessibilityTree()).tree;
}

/** Waits until it is on the screen. The desktop has no event for that: it is looked at again and again. */
export async function waitForElement(desktop: ComputerInterface, wanted: Wanted): Promise<Placed> {
  let found: Placed | undefined;
  await eventually(async () => {
    const tree = await readTree(desktop);
    [found] = findElements(tree, wanted);
    assert.ok(found, `${JSON.stringify(wanted)} is on the screen, where there is ${others(tree, wanted)}`);
  }, 20_000);
  assert.ok(found);
  return found;
}

/** What is there in its place, and which windows are: what a failed test says of the screen. */
function others(tree: TreeNode, { app, role }: Wanted): string {
  const alike = findElements(tree, { ...(app === undefined ? {} : { app }), role });
  const windows = ['frame', 'dialog'].flatMap((kind) => findElements(tree, { role: kind }));
  return [...alike, ...windows].map(({ title, states }) => `${title} (${states.join(' ')})`).join(', ');
}

export function centreOf({ x, y, width, height }: Bounds): Point {
  return { x: Math.floor(x + width / 2), y: Math.floor(y + height / 2) };
}

/** Clicks the element once it is on the screen. */
export async function clickElement(desktop: ComputerInterface, wanted: Wanted): Promise<Placed> {
  const element = await waitForElement(desktop, wanted);
  const { x, y } = centreOf(element.bounds);
  await desktop.leftClick(x, y);
  return element;
}
