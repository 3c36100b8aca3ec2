// Pixels as the X server hands them out (0xXXRRGGBB words) and as PNG and frame ids want them (RGB bytes).

/** The bits of a pixel that are seen; the fourth byte may hold anything. */
const COLOUR = 0xffffff;

/**
 * Red, green and blue of each pixel, without padding, written into `words`: valid until these are written to again.
 * Little-endian machines only, as is every one that we run on.
 */
export function toRgb(pixels: Uint32Array, words: Uint32Array<ArrayBuffer>): Buffer {
  const count = pixels.length;
  let out = 0;
  // Three words for four pixels; the last, partial group is cut off again.
  for (let index = 0; index < count; index += 4) {
    const a = swap(pixels[index] ?? 0);
    const b = swap(pixels[index + 1] ?? 0);
    const c = swap(pixels[index + 2] ?? 0);
    const d = swap(pixels[index + 3] ?? 0);
    words[out] = a | (b << 24);
    words[out + 1] = (b >>> 8) | (c << 16);
    words[out + 2] = (c >>> 16) | (d << 8);
    out += 3;
  }
  return Buffer.from(words.buffer, words.byteOffset, count * 3);
}

/** 0xXXRRGGBB to a word whose bytes lie in memory as red, green, blue. */
function swap(pixel: number): number {
  return ((pixel >>> 16) & 0xff) | (pixel & 0xff00) | ((pixel & 0xff) << 16);
}

/** Whether both show the same; lengths are equal. */
export function samePixels(one: Uint32Array, other: Uint32Array): boolean {
  if (Buffer.compare(bytesOf(one), bytesOf(other)) === 0) return true;
  for (let index = 0; index < one.length; index += 1) {
    if ((((one[index] ?? 0) ^ (other[index] ?? 0)) & COLOUR) !== 0) return false;
  }
  return true;
}

function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
