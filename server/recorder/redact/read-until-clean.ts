// Reads a picture, paints over what was found, and reads it again: what lies beside a text decides what tesseract sees in it.
import sharp from 'sharp';
import type { Bounds } from '../../../protocol/primitives.ts';
import { placesInPicture, type PictureReader } from './ocr.ts';
import { paintPicture } from './pictures.ts';

const ROUNDS = 4;

/** What is to be painted, so that nothing can be read any more; the whole picture where that does not come to an end. */
export async function readUntilClean(png: Buffer, readers: readonly PictureReader[]): Promise<Bounds[]> {
  const places: Bounds[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const left = places.length > 0 ? (await paintPicture(png, places)).png : png;
    const found = await placesInPicture(left, readers);
    if (found.length === 0) return places;
    places.push(...found);
  }
  const { width, height } = await sharp(png).metadata();
  return [{ x: 0, y: 0, width, height }];
}
