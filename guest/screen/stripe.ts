// One stripe of the screen: pixels that never change, and what is worked out from them at most once.
import { stripeHash } from '../../protocol/frame-id.ts';
import { toRgb } from './pixels.ts';
import { deflateRows, type DeflatedRows } from './png.ts';
import type { Scratch } from './scratch.ts';

export class Stripe {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly scratch: Scratch;
  #hash: Buffer | undefined;
  #deflated: DeflatedRows | undefined;

  /** `pixels` becomes the stripe's own: nobody writes to it afterwards. */
  constructor(pixels: Uint32Array, width: number, scratch: Scratch) {
    this.pixels = pixels;
    this.width = width;
    this.scratch = scratch;
  }

  get hashed(): boolean {
    return this.#hash !== undefined;
  }

  get encoded(): boolean {
    return this.#deflated !== undefined;
  }

  /** The hash that the frame's id is made from; worked out at the first call. */
  hash(): Buffer {
    this.#hash ??= stripeHash(toRgb(this.pixels, this.scratch.words));
    return this.#hash;
  }

  /** The stripe's part of a PNG; worked out at the first call. */
  deflated(): DeflatedRows {
    if (this.#deflated) return this.#deflated;
    const rgb = toRgb(this.pixels, this.scratch.words);
    // Hash and picture are wanted together, and the bytes are there now.
    this.#hash ??= stripeHash(rgb);
    this.#deflated = deflateRows(this.pixels, rgb, this.width, this.scratch.scanlines);
    return this.#deflated;
  }
}
