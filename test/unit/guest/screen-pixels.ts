// Screens made up for the tests of the guest's eyes.
import { stripeCount, withBand, type Frame } from '../../../guest/screen/frame.ts';
import type { Size } from '../../../protocol/primitives.ts';

/** Odd on purpose: rows that are no multiple of anything, a last stripe of one row, a single pixel. */
export const SIZES: readonly Size[] = [
  { width: 1, height: 1 },
  { width: 3, height: 33 },
  { width: 101, height: 67 },
  { width: 640, height: 32 },
  { width: 1366, height: 97 },
];

/** Pixels as the X server gives them, the unseen fourth byte included; the same for the same seed. */
export function noise(size: Size, seed: number): Uint32Array {
  const pixels = new Uint32Array(size.width * size.height);
  let state = seed;
  for (let index = 0; index < pixels.length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[index] = state;
  }
  return pixels;
}

export function frameOf(size: Size, pixels: Uint32Array): Frame {
  return withBand(size, undefined, { first: 0, end: stripeCount(size) }, pixels);
}

/** Worked out byte by byte, unlike in the guest. */
export function rgbOf(pixels: Uint32Array): Buffer {
  const rgb = Buffer.alloc(pixels.length * 3);
  pixels.forEach((pixel, index) => {
    rgb[index * 3] = (pixel >> 16) & 0xff;
    rgb[index * 3 + 1] = (pixel >> 8) & 0xff;
    rgb[index * 3 + 2] = pixel & 0xff;
  });
  return rgb;
}
