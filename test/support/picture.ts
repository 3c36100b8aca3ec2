// Pictures as pixels, to be compared.
import sharp from 'sharp';
import type { Bounds } from '../../protocol/primitives.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue; row by row from the top left. */
  readonly pixels: Buffer;
}

export async function decodePicture(file: Buffer): Promise<Picture> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`a picture of ${info.channels} channels`);
  return { width: info.width, height: info.height, pixels: data };
}

/** How many pixels of a rectangle differ; of all by default. */
export function changedPixels(one: Picture, other: Picture, within?: Bounds): number {
  if (one.width !== other.width || one.height !== other.height) throw new Error('pictures of two sizes');
  const { x, y, width, height } = within ?? { x: 0, y: 0, width: one.width, height: one.height };
  let changed = 0;
  for (let row = y; row < Math.min(y + height, one.height); row += 1) {
    for (let column = x; column < Math.min(x + width, one.width); column += 1) {
      const at = 3 * (row * one.width + column);
      if (one.pixels.compare(other.pixels, at, at + 3, at, at + 3) !== 0) changed += 1;
    }
  }
  return changed;
}
