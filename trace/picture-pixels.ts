// What a picture's file shows: its size, and the id of the frame that its pixels make.
import sharp from 'sharp';
import { frameIdOfPixels } from '../protocol/frame-id.ts';
import type { FrameId } from '../protocol/frame.ts';
import type { Size } from '../protocol/primitives.ts';

/** A picture's pixels as RGB, three bytes each, row by row. Rejects where it is no picture. */
export async function readPixels(png: Buffer): Promise<{ size: Size; rgb: Buffer }> {
  const { data, info } = await sharp(png)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { size: { width: info.width, height: info.height }, rgb: data };
}

/** Rejects where it is no picture. */
export async function readPicture(png: Buffer): Promise<{ size: Size; id: FrameId }> {
  const { size, rgb } = await readPixels(png);
  return { size, id: frameIdOfPixels(size, rgb) };
}
