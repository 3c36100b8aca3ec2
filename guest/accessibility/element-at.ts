// Which element lies under a point of the screen, by a tree that was read.
import { MAX_ELEMENT_NAME, type ElementAt } from '../../protocol/element-at.ts';
import type { Bounds, Point } from '../../protocol/primitives.ts';
import type { TreeNode } from '../../protocol/tree.ts';

interface Found {
  readonly node: TreeNode;
  readonly path: readonly TreeNode[];
}

/** In a path: after the application. */
const WINDOW_DEPTH = 1;

/** Windows that lie over all others while they are there. */
const ON_TOP = new Set(['menu', 'popup menu', 'combo box', 'tool tip', 'window', 'dialog', 'alert']);

/** The innermost element at the point; of windows that overlap, of the one that a person most likely sees there. */
export function elementAt(desktop: TreeNode, point: Point): ElementAt | undefined {
  const windows = desktop.children.flatMap((application) =>
    application.children.map((window) => ({ node: window, path: [application] })),
  );
  const here = windows.filter(({ node }) => isAt(node, point)).sort(compareHeight);
  const [top] = here;
  return top && described(actor(innermost(top, point)));
}

function innermost(from: Found, point: Point): Found {
  const path = [...from.path, from.node];
  const inside = from.node.children
    .map((node) => within({ node, path }, point))
    .filter((found) => found !== undefined);
  // What is drawn later lies over what was drawn before it.
  return inside.at(-1) ?? from;
}

/** A label or a box inside a button is the button, to whoever clicks there. */
function actor(found: Found): Found {
  if (found.node.actions.length > 0) return found;
  const at = found.path.findLastIndex((node, depth) => depth > WINDOW_DEPTH && node.actions.length > 0);
  const node = found.path[at];
  return node?.bounds ? { node, path: found.path.slice(0, at) } : found;
}

/** A container may have no bounds of its own, or smaller ones than what is in it: menus hang out of their menu bars. */
function within(from: Found, point: Point): Found | undefined {
  if (from.node.bounds && !from.node.states.includes('showing')) return undefined;
  const found = innermost(from, point);
  return found.node !== from.node || isAt(from.node, point) ? found : undefined;
}

function isAt({ bounds }: TreeNode, { x, y }: Point): boolean {
  return (
    bounds !== undefined &&
    x >= bounds.x &&
    y >= bounds.y &&
    x < bounds.x + bounds.width &&
    y < bounds.y + bounds.height
  );
}

function compareHeight({ node: one }: Found, { node: other }: Found): number {
  return height(other) - height(one) || area(one.bounds) - area(other.bounds);
}

function height({ role, states }: TreeNode): number {
  if (ON_TOP.has(role)) return 2;
  return states.includes('active') ? 1 : 0;
}

function area(bounds: Bounds | undefined): number {
  return bounds ? bounds.width * bounds.height : Infinity;
}

function described({ node, path }: Found): ElementAt | undefined {
  const { id, bounds } = node;
  return bounds && { id, ...named(node), bounds, path: path.map(named) };
}

function named({ role, title }: TreeNode): { role: string; name: string } {
  return { role, name: title.slice(0, MAX_ELEMENT_NAME) };
}
