// Bounds for toolkits that know positions within a window only: GTK4 answers 0,0 for every position on the screen.
// Trap: its window positions are sums over the ancestors of offsets that begin inside of each ancestor's padding, so
// they miss all paddings on the way; and margins may be counted twice. Sizes are right. What is missing is worked out
// from the fact that children lie inside their parent, and `approximate` says where that leaves room.
import type { Rectangle } from './atspi.ts';
import type { Element } from './element.ts';
import { hasState, ROLE_SCROLL_PANE, STATE_SHOWING } from './names.ts';
import { type Screen, visiblePart } from './placement.ts';
import { overlap } from './rectangle.ts';
import type { XWindow } from '../windows/x-windows.ts';

/** A wider gap between children and parent is no padding: the children are aligned to one side. */
const MAX_PADDINGS = 40;

interface Offset {
  readonly x: number;
  readonly y: number;
  /** No other offset is possible. */
  readonly certain: boolean;
}

/** Sets the bounds of a program's elements from the places of its X windows. */
export function placeByWindow(root: Element, pid: number | undefined, screen: Screen): void {
  const windows = new Set(screen.windows.filter((window) => window.pid === pid && window.mapped));
  for (const top of root.children) {
    const window = takeWindow(top, windows);
    if (window) placeAt(top, visiblePart(window), windows, screen.screen);
  }
}

/** The window whose name and size, or at least one of them, are the element's. */
function takeWindow(top: Element, windows: Set<XWindow>): XWindow | undefined {
  const managed = [...windows].filter(({ popup }) => !popup);
  const named = managed.filter(({ title }) => title === top.name);
  const window = named.find((one) => fits(top, one)) ?? named[0] ?? managed.find((one) => fits(top, one));
  if (!window) return takePopup(top, windows);
  windows.delete(window);
  return window;
}

/** Popovers and tool tips are windows of their own, wherever in the tree they are; their size tells which. */
function takePopup(element: Element, windows: Set<XWindow>): XWindow | undefined {
  for (const window of windows) {
    if (!window.popup || !fits(element, window)) continue;
    windows.delete(window);
    return window;
  }
  return undefined;
}

function fits({ extents }: Element, window: XWindow): boolean {
  const { width, height } = visiblePart(window);
  return extents?.width === width && extents.height === height;
}

/** An element whose place is known for sure, and all below it. */
function placeAt(element: Element, place: Rectangle, windows: Set<XWindow>, screen: Rectangle): void {
  const { x = 0, y = 0 } = element.extents ?? {};
  placeBelow(element, { x: place.x - x, y: place.y - y, certain: true }, place, windows, screen);
}

function placeBelow(
  element: Element,
  offset: Offset,
  clip: Rectangle,
  windows: Set<XWindow>,
  screen: Rectangle,
): void {
  const { extents } = element;
  let inner = clip;
  if (extents && extents.width > 0 && extents.height > 0) {
    const bounds = { ...extents, x: extents.x + offset.x, y: extents.y + offset.y };
    if (overlap(bounds, clip) && overlap(bounds, screen)) {
      element.bounds = bounds;
      element.approximate = !offset.certain;
    }
    if (element.role === ROLE_SCROLL_PANE) inner = bounds;
  }
  const below: Element[] = [];
  for (const child of element.children) {
    const popup = takePopup(child, windows);
    if (popup) placeAt(child, visiblePart(popup), windows, screen);
    else below.push(child);
  }
  const next = offsetBelow(element, below, offset);
  for (const child of below) placeBelow(child, next, inner, windows, screen);
}

/** The offset of an element's children: its own, and the padding that they lie behind. */
function offsetBelow(parent: Element, children: readonly Element[], offset: Offset): Offset {
  const placed = children.flatMap(({ extents, states }) =>
    extents && extents.width > 0 && extents.height > 0 && hasState(states, STATE_SHOWING) ? [extents] : [],
  );
  if (!parent.extents || placed.length === 0) return offset;
  const { x, y, width, height } = parent.extents;
  const across = room(x, width, placed, (one) => [one.x, one.x + one.width]);
  const down = room(y, height, placed, (one) => [one.y, one.y + one.height]);
  // Padding is on all sides; room on one axis alone is how the children are aligned.
  const padded = isPadding(across) && isPadding(down);
  return {
    x: offset.x + shift(across, padded),
    y: offset.y + shift(down, padded),
    certain: offset.certain && across.least === across.most && down.least === down.most,
  };
}

/** How far children may be moved, at least and at the most, to lie inside of their parent. */
interface Room {
  readonly least: number;
  readonly most: number;
}

function room(
  start: number,
  length: number,
  placed: readonly Rectangle[],
  spanOf: (one: Rectangle) => readonly [number, number],
): Room {
  let first = Infinity;
  let last = -Infinity;
  for (const one of placed) {
    const [from, to] = spanOf(one);
    first = Math.min(first, from);
    last = Math.max(last, to);
  }
  return { least: start - first, most: start + length - last };
}

function isPadding({ least, most }: Room): boolean {
  return most > least && most - least <= MAX_PADDINGS;
}

function shift({ least, most }: Room, padded: boolean): number {
  // Larger than the parent: it is scrolled.
  if (least > most) return 0;
  if (padded) return Math.round((least + most) / 2);
  return Math.min(Math.max(0, least), most);
}
