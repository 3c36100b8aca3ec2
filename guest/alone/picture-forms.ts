// Other forms of the screen's PNG, for clients of the image used alone. Loaded when the first is asked for: most never do.
import { cutOf, type Cut, type WantedPicture } from '../../protocol/commands/picture.ts';
import type { Pixels } from 'pngjs';

/** The PNG as it is, a part of it, or a JPEG. */
export async function pictureAs(wanted: WantedPicture, png: Uint8Array): Promise<Uint8Array> {
  if (wanted.format === 'png' && !wanted.region) return png;
  const { PNG } = await import('pngjs');
  const whole = PNG.sync.read(Buffer.from(png));
  const cut = cutOf(wanted);
  const pixels = cut ? partOf(whole, cut) : whole;
  if (wanted.format === 'png') return PNG.sync.write(pixels);
  const { encode } = await import('jpeg-js');
  return encode(pixels, wanted.quality).data;
}

function partOf(whole: Pixels, { left, top, width, height }: Cut): Pixels {
  const rows = Array.from({ length: height }, (_unused, row) => {
    const start = 4 * ((top + row) * whole.width + left);
    return whole.data.subarray(start, start + 4 * width);
  });
  return { width, height, data: Buffer.concat(rows) };
}
