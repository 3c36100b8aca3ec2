// A frame: what the screen showed at one moment. It never changes, and shares the stripes that stayed the same.
import { frameIdOfStripes } from '../../protocol/frame-id.ts';
import { STRIPE_ROWS, type FrameId } from '../../protocol/frame.ts';
import type { Size } from '../../protocol/primitives.ts';
import { samePixels } from './pixels.ts';
import { Scratch } from './scratch.ts';
import { Stripe } from './stripe.ts';

export class Frame {
  readonly size: Size;
  readonly stripes: readonly Stripe[];
  #id: FrameId | undefined;

  constructor(size: Size, stripes: readonly Stripe[]) {
    this.size = size;
    this.stripes = stripes;
  }

  /** Hashes what has not been hashed yet: up to a few milliseconds, unless it was done in the background before. */
  get id(): FrameId {
    this.#id ??= frameIdOfStripes(
      this.size,
      this.stripes.map((stripe) => stripe.hash()),
    );
    return this.#id;
  }
}

/** Rows of the screen, whole stripes: from `first` up to, not including, `end`, counted in stripes. */
export interface Band {
  readonly first: number;
  readonly end: number;
}

export function stripeCount(size: Size): number {
  return Math.ceil(size.height / STRIPE_ROWS);
}

/** The rows of stripe `index`: fewer in the last one. */
export function stripeRows(size: Size, index: number): number {
  return Math.min(STRIPE_ROWS, size.height - index * STRIPE_ROWS);
}

/**
 * The frame after `pixels` were fetched for a band of it; `previous` itself where nothing that is seen differs.
 * Without a previous frame the band must be the whole screen. `pixels` is copied.
 */
export function withBand(size: Size, previous: Frame | undefined, band: Band, pixels: Uint32Array): Frame {
  const stripes = previous ? [...previous.stripes] : [];
  const scratch = scratchOf(previous, size);
  let changed = !previous;
  let start = 0;
  for (let index = band.first; index < band.end; index += 1) {
    const end = start + stripeRows(size, index) * size.width;
    const fresh = pixels.subarray(start, end);
    const known = previous?.stripes[index];
    if (!known || !samePixels(known.pixels, fresh)) {
      stripes[index] = new Stripe(fresh.slice(), size.width, scratch);
      changed = true;
    }
    start = end;
  }
  return previous && !changed ? previous : new Frame(size, stripes);
}

function scratchOf(previous: Frame | undefined, size: Size): Scratch {
  return previous?.stripes[0]?.scratch ?? new Scratch(size.width);
}
