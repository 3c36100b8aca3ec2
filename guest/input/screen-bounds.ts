// The size of the screen, and whether a place lies on it.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Point, Size } from '../../protocol/primitives.ts';
import type { Display } from '../x/display.ts';

/** Follows changes of the screen's size. */
export interface ScreenBounds {
  size(): Size;
  /** Throws `out_of_screen`. */
  check(point: Point): void;
}

const STRUCTURE_NOTIFY = 0x20000;
export { STRUCTURE_NOTIFY };

export async function watchScreenBounds(display: Display): Promise<ScreenBounds> {
  const geometry = await display.ask<Size>('GetGeometry', display.root);
  let size: Size = { width: geometry.width, height: geometry.height };
  display.onEvent((event) => {
    // `wid` is the window that was watched, `wid1` the one that changed: children of the root are told of too.
    const { name, wid1, width, height } = event;
    if (name !== 'ConfigureNotify' || wid1 !== display.root) return;
    if (typeof width === 'number' && typeof height === 'number') size = { width, height };
  });
  return {
    size: () => size,
    check: ({ x, y }) => {
      if (x >= 0 && y >= 0 && x < size.width && y < size.height) return;
      throw new DeskreelError(
        'out_of_screen',
        `x=${x}, y=${y} is outside the ${size.width}x${size.height} screen`,
      );
    },
  };
}
