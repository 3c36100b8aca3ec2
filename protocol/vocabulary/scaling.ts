// The size at which a model sees the screen, and coordinates between the two.
import { DeskreelError } from '../errors.ts';
import type { Point, Size } from '../primitives.ts';

/** Sizes that models were trained on: XGA, WXGA and FWXGA, as in Anthropic's reference implementation. */
const TARGETS: readonly Size[] = [
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1366, height: 768 },
];

/** How far two ratios of width to height may lie apart and count as one. */
const SAME_RATIO = 0.02;

/** Sizes in pixels: the screen, and the picture of it that the model is given. */
export interface Scaling {
  readonly screen: Size;
  readonly model: Size;
}

/** No scaling: the model sees the screen as it is. */
export function unscaled(screen: Size): Scaling {
  return { screen, model: screen };
}

/**
 * The size that a screen is shown at: the target of its ratio, or, where it has none, the largest size of its own ratio
 * that fits into the target nearest to it. A screen that is no larger is shown as it is.
 */
export function scalingFor(screen: Size): Scaling {
  const ratio = screen.width / screen.height;
  const distance = ({ width, height }: Size): number => Math.abs(width / height - ratio);
  const target = TARGETS.reduce((best, next) => (distance(next) < distance(best) ? next : best));
  if (screen.width <= target.width && screen.height <= target.height) return unscaled(screen);
  if (distance(target) < SAME_RATIO) return { screen, model: target };
  const factor = Math.min(target.width / screen.width, target.height / screen.height);
  const model = {
    width: Math.round(screen.width * factor),
    height: Math.round(screen.height * factor),
  };
  return { screen, model };
}

/** A point of the model's picture on the screen. Throws `out_of_screen` naming the picture's size. */
export function toScreen({ screen, model }: Scaling, { x, y }: Point): Point {
  if (x < 0 || y < 0 || x >= model.width || y >= model.height) {
    throw new DeskreelError(
      'out_of_screen',
      `(${x}, ${y}) is outside of the screen, which is ${model.width}x${model.height} to you`,
    );
  }
  return scaled({ x, y }, model, screen);
}

/** A point of the screen on the model's picture. */
export function toModel({ screen, model }: Scaling, point: Point): Point {
  return scaled(point, screen, model);
}

function scaled({ x, y }: Point, from: Size, to: Size): Point {
  const along = (value: number, old: number, now: number): number =>
    Math.min(Math.max(Math.round((value * now) / old), 0), now - 1);
  return { x: along(x, from.width, to.width), y: along(y, from.height, to.height) };
}
