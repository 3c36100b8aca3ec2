// Pictures of a trace, painted over.
import sharp from 'sharp';
import { frameIdOfPixels } from '../../../protocol/frame-id.ts';
import { onScreen } from '../../../protocol/privacy/places.ts';
import type { Bounds } from '../../../protocol/primitives.ts';
import { readPixels } from '../../../trace/picture-pixels.ts';

const PAINT = 0x30;
const CHANNELS = 3;

export interface PaintedPicture {
  /** The id of its pixels. */
  readonly frame: string;
  readonly png: Buffer;
}

/** The picture with these rectangles painted over, as much of them as lies on it. */
export async function paintPicture(png: Buffer, bounds: readonly Bounds[]): Promise<PaintedPicture> {
  const { size, rgb } = await readPixels(png);
  for (const one of bounds) {
    const part = onScreen(one, size);
    if (part) fill(rgb, size.width, part);
  }
  const raw = { ...size, channels: CHANNELS } as const;
  return { frame: frameIdOfPixels(size, rgb), png: await sharp(rgb, { raw }).png().toBuffer() };
}

function fill(rgb: Buffer, width: number, part: Bounds): void {
  for (let row = part.y; row < part.y + part.height; row += 1) {
    const start = CHANNELS * (row * width + part.x);
    rgb.fill(PAINT, start, start + CHANNELS * part.width);
  }
}
