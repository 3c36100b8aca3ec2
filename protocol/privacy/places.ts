// Rectangles of what is to be painted over.
import type { Bounds, Size } from '../primitives.ts';
import type { TreeNode } from '../tree.ts';
import type { Scene, SceneWindow } from './redactor.ts';

/** Roles whose text is what stands in their title bar. */
const WINDOWS: ReadonlySet<string> = new Set(['frame', 'dialog', 'window', 'alert', 'file chooser']);

export function overlaps(a: Bounds, b: Bounds): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function contains(outer: Bounds, inner: Bounds): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The part that is on the screen; undefined where none is. */
export function onScreen(bounds: Bounds, size: Size): Bounds | undefined {
  const x = Math.max(0, bounds.x);
  const y = Math.max(0, bounds.y);
  const width = Math.min(size.width, bounds.x + bounds.width) - x;
  const height = Math.min(size.height, bounds.y + bounds.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** Each rectangle once, without those that lie inside of another. */
export function withoutCovered(all: readonly Bounds[]): Bounds[] {
  const kept: Bounds[] = [];
  for (const one of [...all].sort((a, b) => b.width * b.height - a.width * a.height)) {
    if (!kept.some((other) => contains(other, one))) kept.push(one);
  }
  return kept;
}

export function wholeScreen({ size }: Scene): Bounds {
  return { x: 0, y: 0, ...size };
}

/** Where an element's text is seen. Where its place is a guess: its program's windows. */
export function placesOf(node: TreeNode, scene: Scene): Bounds[] {
  const { bounds } = node;
  if (!bounds) return [];
  if (WINDOWS.has(node.role) && node.value === undefined) return [titleBarOf(node.title, bounds, scene)];
  return node.bounds_from === 'approximate' ? programAround(bounds, scene) : [bounds];
}

function titleBarOf(title: string, bounds: Bounds, { windows }: Scene): Bounds {
  return windows.find((one) => one.title === title && overlaps(one.bounds, bounds))?.titleBar ?? bounds;
}

/**
 * These bounds, and all windows of the programs that have a window where their middle is; the whole screen where none has.
 * What covers the whole screen is the desktop's background and counts where nothing else does.
 */
export function programAround(bounds: Bounds, scene: Scene): Bounds[] {
  const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2, width: 0, height: 0 };
  const there = scene.windows.filter((window) => contains(window.bounds, middle));
  const inFront = there.filter((window) => !contains(window.bounds, wholeScreen(scene)));
  const windows = inFront.length > 0 ? inFront : there;
  if (windows.length === 0) return [wholeScreen(scene)];
  return [bounds, ...windows.flatMap((window) => programOf(window, scene))];
}

/** The windows of the program that this window belongs to. */
export function programOf(window: SceneWindow, { windows }: Scene): Bounds[] {
  const { pid } = window;
  const all = pid === undefined ? [window] : windows.filter((one) => one.pid === pid);
  return all.map((one) => one.bounds);
}
