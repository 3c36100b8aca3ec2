// A disk of a few megabytes that is filled to its last page, and given room again.
import { rm, statfs, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { frameIdOfPixels } from '../../../protocol/frame-id.ts';
import { toDeskreelError } from '../../../protocol/errors.ts';
import { isDiskFull } from '../../../server/recorder/reserve.ts';
import type { Screen } from '../../unit/recorder/synthetic-guest.ts';

/** Takes what room there is, to the last page: pictures may be written at the same moment. */
export async function fill(disk: string): Promise<void> {
  const { blocks, bsize } = await statfs(disk);
  try {
    await writeFile(join(disk, 'filler'), randomBytes(blocks * bsize));
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

export async function giveRoom(disk: string): Promise<void> {
  await rm(join(disk, 'filler'), { force: true });
}

/** The code of what `work` throws, or `none`. */
export function errorOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return toDeskreelError(error).code;
  }
}

/** A picture that does not compress: about 100 kB. */
export async function noise(): Promise<Screen> {
  const size = { width: 256, height: 128 };
  const raw = randomBytes(size.width * size.height * 3);
  const png = await sharp(raw, { raw: { ...size, channels: 3 } })
    .png()
    .toBuffer();
  return { frame: frameIdOfPixels(size, raw), png, size };
}
