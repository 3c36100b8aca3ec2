// Pictures of a trace, painted over.
import sharp from 'sharp';
import { frameIdOfPixels } from '../../../protocol/frame-id.ts';
import { onScreen } from '../../../protocol/privacy/places.ts';
import type { Bounds } from '../../../protocol/primitives.ts';

const PAINT = 0x30;
const CHANNELS = 3;

export interface PaintedPicture {
  /** The id of its pixels. */
  readonly frame: string;
  readonly png: Buffer;
}

/** The picture with these rectangles painted over, as much of them as lies on it. */
export async function paintPicture(png: Buffer, bounds: readonly Bounds[]): Promise<PaintedPicture> {
  const { data, info } = await sharp(png)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  for (const one of bounds) {
    const part = onScreen(one, size);
    if (part) fill(data, size.width, part);
  }
  const raw = { ...size, channels: CHANNELS } as const;
  return { frame: frameIdOfPixels(size, data), png: await sharp(data, { raw }).png().toBuffer() };
}

function fill(rgb: Buffer, width: number, part: Bounds): void {
  for (let row = part.y; row < part.y + part.height; row += 1) {
    const start = CHANNELS * (row * width + part.x);
    rgb.fill(PAINT, start, start + CHANNELS * part.width);
  }
}
