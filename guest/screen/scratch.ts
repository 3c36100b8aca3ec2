// Memory that a stripe is worked out in. Shared by all stripes of a screen, and used within one call only: new memory for
// each of them cost more in garbage collection than all the work in it.
import { STRIPE_ROWS } from '../../protocol/frame.ts';

export class Scratch {
  /** Room for one stripe's RGB bytes, in words; the last group of four pixels may be a partial one. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** Room for its scanlines: a filter byte (always 0) and the RGB bytes of each row. */
  readonly scanlines: Buffer;

  constructor(width: number) {
    const pixels = width * STRIPE_ROWS;
    this.words = new Uint32Array(Math.ceil(pixels / 4) * 3);
    this.scanlines = Buffer.alloc(pixels * 3 + STRIPE_ROWS);
  }
}
