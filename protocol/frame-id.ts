// The name of a frame: a hash of its pixels. The same code names frames in the guest and checks them on the host.
import { hash } from 'node:crypto';
import { STRIPE_ROWS, type FrameId } from './frame.ts';
import type { Size } from './primitives.ts';

/** Changes with the rule below, so that frames named by different rules never share a name. */
const RULE = 'deskreel-frame-1\n';

/** SHA-256 of one stripe's pixels: three bytes a pixel (red, green, blue), rows from top to bottom, nothing between. */
export function stripeHash(rgb: Uint8Array): Buffer {
  return hash('sha256', rgb, 'buffer');
}

/**
 * The frame's id: SHA-256, in hex, of
 * - the ASCII bytes of `deskreel-frame-1` and a newline (17 bytes),
 * - width and height in pixels, each as four bytes, big-endian,
 * - the stripe hashes in order from the top, 32 bytes each; a stripe is STRIPE_ROWS rows, the last one what is left.
 */
export function frameIdOfStripes(size: Size, hashes: readonly Uint8Array[]): FrameId {
  const dimensions = Buffer.alloc(8);
  dimensions.writeUInt32BE(size.width, 0);
  dimensions.writeUInt32BE(size.height, 4);
  return hash('sha256', Buffer.concat([Buffer.from(RULE, 'ascii'), dimensions, ...hashes]), 'hex');
}

/** The id of a whole picture. `rgb` holds exactly width × height × 3 bytes; throws RangeError where it does not. */
export function frameIdOfPixels(size: Size, rgb: Uint8Array): FrameId {
  const expected = size.width * size.height * 3;
  if (rgb.length !== expected) {
    throw new RangeError(
      `${size.width}x${size.height} pixels are ${expected} bytes of RGB, these are ${rgb.length}`,
    );
  }
  const stripeBytes = size.width * 3 * STRIPE_ROWS;
  const hashes: Buffer[] = [];
  for (let start = 0; start < rgb.length; start += stripeBytes) {
    hashes.push(stripeHash(rgb.subarray(start, start + stripeBytes)));
  }
  return frameIdOfStripes(size, hashes);
}
