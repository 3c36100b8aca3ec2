// PNGs made of stripes, decoded by another library and compared pixel by pixel.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { Frame, withBand } from '../../../guest/screen/frame.ts';
import { createEncoder } from '../../../guest/screen/encoder.ts';
import { adlerOfScanlines, combineAdler } from '../../../guest/screen/png.ts';
import { frameOf, noise, rgbOf, SIZES } from './screen-pixels.ts';

const encoder = createEncoder();

async function decoded(png: Buffer): Promise<{ width: number; height: number; rgb: Buffer }> {
  const { data, info } = await sharp(png, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  return { width: info.width, height: info.height, rgb: data };
}

describe('a PNG of stripes', () => {
  for (const size of SIZES) {
    it(`shows exactly the pixels of a ${size.width}x${size.height} screen`, async () => {
      const pixels = noise(size, 1);
      const picture = await decoded(encoder.pngNow(frameOf(size, pixels)));
      assert.deepEqual({ width: picture.width, height: picture.height }, size);
      assert.deepEqual(picture.rgb, rgbOf(pixels));
    });
  }

  it('is the same whether it was encoded at once or in the background', async () => {
    const size = { width: 321, height: 200 };
    const pixels = noise(size, 2);
    const atOnce = encoder.pngNow(frameOf(size, pixels));
    assert.deepEqual(await encoder.png(frameOf(size, pixels)), atOnce);
  });

  it('keeps what was not fetched again, and the frame before it keeps its own pixels', async () => {
    const size = { width: 100, height: 130 };
    const old = noise(size, 3);
    const first = frameOf(size, old);
    const firstPng = encoder.pngNow(first);
    const fresh = noise({ width: 100, height: 32 }, 4);
    const second = withBand(size, first, { first: 2, end: 3 }, fresh);

    const expected = old.slice();
    expected.set(fresh, 64 * size.width);
    assert.deepEqual((await decoded(encoder.pngNow(second))).rgb, rgbOf(expected));
    assert.deepEqual(
      second.stripes.map((stripe, row) => stripe === first.stripes[row]),
      [true, true, false, true, true],
    );
    assert.deepEqual(encoder.pngNow(first), firstPng);
    assert.deepEqual(encoder.pngNow(new Frame(size, first.stripes)), firstPng);
  });

  it('is not disturbed by a later fetch into the same memory', async () => {
    const size = { width: 64, height: 64 };
    const shared = noise(size, 5);
    const wanted = rgbOf(shared);
    const frame = frameOf(size, shared);
    shared.fill(0);
    assert.deepEqual((await decoded(encoder.pngNow(frame))).rgb, wanted);
  });
});

describe('Adler-32', () => {
  const ofZlib = (data: Buffer): number => deflateSync(data).subarray(-4).readUInt32BE();
  const scanlinesOf = (pixels: Uint32Array, width: number): Buffer => {
    const rgb = Buffer.from(rgbOf(pixels));
    const rows = pixels.length / width;
    const row = (index: number): Buffer => rgb.subarray(index * width * 3, (index + 1) * width * 3);
    return Buffer.concat(Array.from({ length: rows }, (_, index) => [Buffer.alloc(1), row(index)]).flat());
  };

  it('of pixels is the checksum that zlib writes for their scanlines', () => {
    for (const [width, height] of [
      [1, 1],
      [211, 53],
      [1200, 3],
      [1201, 3],
      [7680, 32],
    ] as const) {
      for (const pixels of [noise({ width, height }, 6), new Uint32Array(width * height).fill(0xffffffff)]) {
        const wanted = ofZlib(scanlinesOf(pixels, width));
        assert.equal(adlerOfScanlines(pixels, width), wanted, `${width}x${height}`);
      }
    }
  });

  it('of two parts is combined from that of each', () => {
    const bytes = Buffer.from(rgbOf(noise({ width: 211, height: 53 }, 6)));
    for (const cut of [0, 1, 17, 65521, 20_000, bytes.length]) {
      const [one, other] = [bytes.subarray(0, cut), bytes.subarray(cut)];
      assert.equal(combineAdler(ofZlib(one), ofZlib(other), other.length), ofZlib(bytes), `cut at ${cut}`);
    }
    const white = Buffer.alloc(150_001, 0xff);
    assert.equal(
      combineAdler(ofZlib(white), ofZlib(white), white.length),
      ofZlib(Buffer.concat([white, white])),
    );
  });
});
