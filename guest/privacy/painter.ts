// Paints rectangles of a frame over. Only the stripes that they touch are made anew; all others are shared.
import { STRIPE_ROWS } from '../../protocol/frame.ts';
import type { Bounds } from '../../protocol/primitives.ts';
import { Frame } from '../screen/frame.ts';
import { samePixels } from '../screen/pixels.ts';
import { Stripe } from '../screen/stripe.ts';

/** A dark grey, like no text on any ground. */
const PAINT = 0x303030;

export class Painter {
  /** Painted stripes by what they were made of: a screen that stays the same is not encoded again. */
  readonly #painted = new WeakMap<Stripe, Map<string, Stripe>>();

  /** The frame with these rectangles, which lie on it, painted over; itself where there are none. */
  paint(frame: Frame, bounds: readonly Bounds[]): Frame {
    if (bounds.length === 0) return frame;
    const stripes = frame.stripes.map((stripe, index) => {
      const within = bounds.flatMap((one) => inStripe(one, index));
      return within.length > 0 ? this.#stripe(stripe, within) : stripe;
    });
    return new Frame(frame.size, stripes);
  }

  #stripe(stripe: Stripe, within: readonly Bounds[]): Stripe {
    let known = this.#painted.get(stripe);
    if (!known) this.#painted.set(stripe, (known = new Map<string, Stripe>()));
    const key = JSON.stringify(within);
    let painted = known.get(key);
    if (!painted) known.set(key, (painted = paintStripe(stripe, within)));
    return painted;
  }
}

/** The part of a rectangle that lies in a stripe, counted from its top; its height is cut where the stripe ends. */
function inStripe({ x, y, width, height }: Bounds, index: number): Bounds[] {
  const first = index * STRIPE_ROWS;
  const top = Math.max(y, first);
  const bottom = Math.min(y + height, first + STRIPE_ROWS);
  return bottom > top ? [{ x, y: top - first, width, height: bottom - top }] : [];
}

function paintStripe(stripe: Stripe, within: readonly Bounds[]): Stripe {
  const pixels = stripe.pixels.slice();
  for (const { x, y, width, height } of within) {
    for (let row = y; row < y + height; row += 1) {
      const start = row * stripe.width + x;
      pixels.fill(PAINT, start, start + width);
    }
  }
  return new Stripe(pixels, stripe.width, stripe.scratch);
}

/** Whether a rectangle shows the same pixels in both frames. */
export function looksTheSame({ x, y, width, height }: Bounds, one: Frame, other: Frame): boolean {
  if (one.size.width !== other.size.width || one.size.height !== other.size.height) return false;
  for (let row = y; row < y + height; row += 1) {
    const stripe = one.stripes[Math.floor(row / STRIPE_ROWS)];
    const against = other.stripes[Math.floor(row / STRIPE_ROWS)];
    if (stripe === against) continue;
    const start = (row % STRIPE_ROWS) * one.size.width + x;
    const pixels = stripe?.pixels.subarray(start, start + width);
    const others = against?.pixels.subarray(start, start + width);
    if (!pixels || !others || !samePixels(pixels, others)) return false;
  }
  return true;
}
