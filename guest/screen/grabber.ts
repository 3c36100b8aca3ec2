// Fetches rows of the screen from the X server: through shared memory where the server takes it, else by the wire.
import type { Size } from '../../protocol/primitives.ts';
import type { Display, XDone } from '../x/display.ts';

export interface Grabber {
  /** `shm` or `wire`. */
  readonly way: 'shm' | 'wire';
  /** Makes room for a screen of this size; to be done before rows of it are fetched. */
  prepare(size: Size): Promise<void>;
  /**
   * The pixels of full rows, one word each. The request is sent before this returns. What it resolves to is
   * overwritten by the next fetch. Rejects where the rows are not on the screen (any more).
   */
  fetch(width: number, top: number, height: number): Promise<Uint32Array>;
}

const ALL_PLANES = 0xffffffff;
const Z_PIXMAP = 2;
const BYTES_A_PIXEL = 4;

interface Segment {
  readonly size: number;
  readonly buffer: Buffer;
  getImage(
    drawable: number,
    x: number,
    y: number,
    width: number,
    height: number,
    planeMask: number,
    format: number,
    offset: number,
    done: XDone<{ size: number }>,
  ): void;
  detach(): void;
}

interface ShmExtension {
  usable(done: XDone<boolean>): void;
  createSegment(size: number, done: XDone<Segment>): void;
}

export async function openGrabber(display: Display): Promise<Grabber> {
  const shm = await usableShm(display);
  return shm ? viaSharedMemory(display, shm) : viaWire(display);
}

/** The extension, if a segment can really be shared: a server that has it may still refuse. */
async function usableShm(display: Display): Promise<ShmExtension | undefined> {
  const shm = await display.extension('shm').then(
    (extension) => extension as unknown as ShmExtension,
    // The server does not have it. That is an answer, not a fault: the wire does the same, slower.
    () => undefined,
  );
  if (!shm) return undefined;
  const usable = await display.answer<boolean>((done) => {
    shm.usable(done);
  });
  return usable ? shm : undefined;
}

function viaSharedMemory(display: Display, shm: ShmExtension): Grabber {
  let segment: Segment | undefined;
  return {
    way: 'shm',
    prepare: async ({ width, height }) => {
      const bytes = width * height * BYTES_A_PIXEL;
      if (segment && segment.size >= bytes) return;
      segment?.detach();
      segment = await display.answer<Segment>((done) => {
        shm.createSegment(bytes, done);
      });
    },
    fetch: async (width, top, height) => {
      const from = segment;
      if (!from) throw new Error('prepare() comes before fetch()');
      const { size } = await display.answer<{ size: number }>((done) => {
        from.getImage(display.root, 0, top, width, height, ALL_PLANES, Z_PIXMAP, 0, done);
      });
      return wordsOf(from.buffer.subarray(0, size), width * height);
    },
  };
}

function viaWire(display: Display): Grabber {
  return {
    way: 'wire',
    prepare: () => Promise.resolve(),
    fetch: async (width, top, height) => {
      const image = await display.ask<{ data: Buffer }>(
        'GetImage',
        Z_PIXMAP,
        display.root,
        0,
        top,
        width,
        height,
        ALL_PLANES,
      );
      return wordsOf(image.data, width * height);
    },
  };
}

function wordsOf(bytes: Buffer, count: number): Uint32Array {
  if (bytes.length !== count * BYTES_A_PIXEL) {
    throw new Error(
      `the screen has ${bytes.length} bytes for ${count} pixels; only depth 24 in 32 bits is understood`,
    );
  }
  const aligned = bytes.byteOffset % BYTES_A_PIXEL === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, count);
}
