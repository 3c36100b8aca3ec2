// Finding what a person would click, in the accessibility tree.
import type { Bounds, Point } from '../../protocol/primitives.ts';

/** What the search needs of a tree's node. */
export interface Element {
  readonly role: string;
  readonly title: string;
  readonly bounds?: Bounds | undefined;
  readonly states: readonly string[];
  readonly children: readonly Element[];
}

export interface Wanted {
  readonly role: string;
  readonly title?: string;
  readonly state?: string;
}

/** The place of the first element, in the order of the tree, that is on the screen and is what is wanted. */
export function findElement(tree: Element, wanted: Wanted): Bounds | undefined {
  if (isWanted(tree, wanted) && tree.bounds) return tree.bounds;
  for (const child of tree.children) {
    const found = findElement(child, wanted);
    if (found) return found;
  }
  return undefined;
}

function isWanted(element: Element, { role, title, state }: Wanted): boolean {
  return (
    element.role === role &&
    // GTK leaves room for the shortcut in a menu item's name.
    (title === undefined || element.title.trim() === title) &&
    (state === undefined || element.states.includes(state))
  );
}

export function centreOf({ x, y, width, height }: Bounds): Point {
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
}
