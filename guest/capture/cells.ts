// Where two frames differ, in cells of the screen: what is busy is told apart from what a command changed.
import { STRIPE_ROWS } from '../../protocol/frame.ts';
import type { Bounds, Size } from '../../protocol/primitives.ts';
import { samePixels } from '../screen/pixels.ts';
import type { Frame } from '../screen/frame.ts';
import type { Stripe } from '../screen/stripe.ts';

/** Pixels in a cell's width; its height is that of a stripe. */
export const CELL_WIDTH = 64;

/** Number of a cell: row by row from the top left. */
export type Cell = number;

/** The cells that differ; undefined where the frames have not the same size, so that everything differs. */
export function changedCells(one: Frame, other: Frame): Cell[] | undefined {
  if (one === other) return [];
  if (one.size.width !== other.size.width || one.size.height !== other.size.height) return undefined;
  const columns = columnsOf(one.size);
  const cells: Cell[] = [];
  one.stripes.forEach((stripe, row) => {
    const against = other.stripes[row];
    if (!against || stripe === against) return;
    for (const column of changedColumns(stripe, against)) cells.push(row * columns + column);
  });
  return cells;
}

/** Rectangles that cover exactly these cells. */
export function boundsOf(cells: Iterable<Cell>, size: Size): Bounds[] {
  const columns = columnsOf(size);
  const runs: Bounds[] = [];
  for (const cell of [...cells].sort((a, b) => a - b)) {
    const x = (cell % columns) * CELL_WIDTH;
    const y = Math.floor(cell / columns) * STRIPE_ROWS;
    const width = Math.min(CELL_WIDTH, size.width - x);
    const last = runs.at(-1);
    if (last?.y === y && last.x + last.width === x) last.width += width;
    else runs.push({ x, y, width, height: Math.min(STRIPE_ROWS, size.height - y) });
  }
  return stack(runs);
}

/** Joins runs that lie exactly below each other. */
function stack(runs: readonly Bounds[]): Bounds[] {
  const stacked: Bounds[] = [];
  for (const run of runs) {
    const above = stacked.find(
      (one) => one.x === run.x && one.width === run.width && one.y + one.height === run.y,
    );
    if (above) above.height += run.height;
    else stacked.push(run);
  }
  return stacked;
}

function columnsOf(size: Size): number {
  return Math.ceil(size.width / CELL_WIDTH);
}

function changedColumns(one: Stripe, other: Stripe): Set<number> {
  const { width } = one;
  const changed = new Set<number>();
  for (let start = 0; start < one.pixels.length; start += width) {
    const row = one.pixels.subarray(start, start + width);
    const against = other.pixels.subarray(start, start + width);
    if (samePixels(row, against)) continue;
    for (let x = 0, column = 0; x < width; x += CELL_WIDTH, column += 1) {
      if (changed.has(column)) continue;
      const end = x + CELL_WIDTH;
      if (!samePixels(row.subarray(x, end), against.subarray(x, end))) changed.add(column);
    }
  }
  return changed;
}
