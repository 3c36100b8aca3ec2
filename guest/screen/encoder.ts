// Pictures of frames: at once for a client that waits, or in the background in pieces too small to be felt.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Frame } from './frame.ts';
import { assemblePng } from './png.ts';

export interface Encoder {
  /** The frame as PNG, now: up to some milliseconds of computing when much of it is new. */
  pngNow(frame: Frame): Buffer;
  /** The frame as PNG, and its id worked out, one stripe between two turns of the event loop. */
  png(frame: Frame): Promise<Buffer>;
  /** Works out the frame's id in the same way; afterwards `frame.id` costs nothing. */
  identify(frame: Frame): Promise<void>;
}

export function createEncoder(): Encoder {
  return { pngNow, png, identify };
}

function pngNow(frame: Frame): Buffer {
  return assemblePng(
    frame.size,
    frame.stripes.map((stripe) => stripe.deflated()),
  );
}

async function png(frame: Frame): Promise<Buffer> {
  for (const stripe of frame.stripes) {
    if (stripe.encoded) continue;
    await nextTurn();
    stripe.deflated();
  }
  await nextTurn();
  return pngNow(frame);
}

async function identify(frame: Frame): Promise<void> {
  for (const stripe of frame.stripes) {
    if (stripe.hashed) continue;
    await nextTurn();
    stripe.hash();
  }
}
