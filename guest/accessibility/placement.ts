// Turns what toolkits say of positions into bounds on the screen.
import type { Rectangle } from './atspi.ts';
import type { Element } from './element.ts';
import { grown, overlap, sameRectangle, shrunk } from './rectangle.ts';
import type { XWindow } from '../windows/x-windows.ts';

export interface Screen {
  readonly screen: Rectangle;
  readonly windows: readonly XWindow[];
}

/** Sets the bounds of a program's elements where its toolkit knows positions on the screen. */
export function placeByScreen(root: Element, pid: number | undefined, { screen, windows }: Screen): void {
  place(root, screen);
  const own = windows.filter((window) => window.pid === pid && window.mapped && !window.popup);
  for (const top of root.children) {
    const window = top.bounds && findWindow(top, top.bounds, own);
    // Qt leaves the title bar out, GTK3 counts it in.
    if (window) top.bounds = grown(window.place, window.frame);
  }
}

function place(element: Element, screen: Rectangle): void {
  const { extents } = element;
  // Toolkits say -1 or the smallest integer for what has no place.
  if (extents && extents.width > 0 && extents.height > 0 && overlap(extents, screen))
    element.bounds = extents;
  for (const child of element.children) place(child, screen);
}

/** The X window of a top level element whose toolkit knows its place on the screen. */
function findWindow(top: Element, bounds: Rectangle, windows: readonly XWindow[]): XWindow | undefined {
  const here = windows.filter(
    ({ place, frame }) => sameRectangle(bounds, place) || sameRectangle(bounds, grown(place, frame)),
  );
  return here.find((window) => window.title === top.name) ?? here[0];
}

/** What a person takes for the window: its title bar counted in, shadows left out. */
export function visiblePart(window: XWindow): Rectangle {
  return shrunk(grown(window.place, window.frame), window.shadow);
}
