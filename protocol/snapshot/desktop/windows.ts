// The windows of a tree and how they lie on each other, as far as a tree tells: the active one above the others, the
// desktop below all, and what has no title bar (panels, menus, tooltips) above all.
import type { Bounds, Point } from '../../primitives.ts';
import type { TreeNode } from '../../tree.ts';

export interface TreeWindow {
  readonly node: TreeNode;
  readonly bounds: Bounds | undefined;
  readonly active: boolean;
  /** 0: the desktop, 1: a window, 2: the active window, 3: panels and popups. */
  readonly level: number;
}

const LEVEL_POPUP = 3;
/** Programs of the desktop whose windows look like any others in the tree. */
const LEVELS: Readonly<Record<string, number>> = { xfdesktop: 0, 'xfce4-panel': LEVEL_POPUP };
/** Windows that lie among others; the rest pops up above them. */
const WITH_TITLE: readonly string[] = [
  'frame',
  'dialog',
  'alert',
  'file chooser',
  'color chooser',
  'font chooser',
];

/** The windows of all applications; the tree's root is the desktop, its children are applications. */
export function windowsOf(tree: TreeNode): TreeWindow[] {
  return tree.children.flatMap((application) =>
    application.children.map((node) => ({
      node,
      bounds: node.bounds,
      active: node.bounds !== undefined && node.states.includes('active'),
      level: levelOf(application.title, node),
    })),
  );
}

/** Whether a window above that of this level covers the point. */
export function isCovered(windows: readonly TreeWindow[], level: number, point: Point): boolean {
  return windows.some((window) => {
    const isAbove = window.level > level && window.node.states.includes('showing');
    return isAbove && window.bounds !== undefined && contains(window.bounds, point);
  });
}

export function contains({ x, y, width, height }: Bounds, point: Point): boolean {
  return point.x >= x && point.y >= y && point.x < x + width && point.y < y + height;
}

export function centreOf({ x, y, width, height }: Bounds): Point {
  return { x: Math.floor(x + width / 2), y: Math.floor(y + height / 2) };
}

function levelOf(application: string, { role, states }: TreeNode): number {
  const known = LEVELS[application];
  if (known !== undefined) return known;
  if (!WITH_TITLE.includes(role)) return LEVEL_POPUP;
  return states.includes('active') ? 2 : 1;
}
