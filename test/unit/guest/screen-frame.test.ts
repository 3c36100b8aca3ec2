// Frames are named by what is seen in them, and by nothing else.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { createEncoder } from '../../../guest/screen/encoder.ts';
import { withBand } from '../../../guest/screen/frame.ts';
import { frameIdOfPixels } from '../../../protocol/frame-id.ts';
import { frameOf, noise, rgbOf, SIZES } from './screen-pixels.ts';

const SIZE = { width: 101, height: 67 };

describe("a frame's id", () => {
  it('is made by the rule that is written beside it', () => {
    const sha256 = (...parts: Uint8Array[]): Buffer => {
      const sum = createHash('sha256');
      for (const part of parts) sum.update(part);
      return sum.digest();
    };
    const rgb = rgbOf(noise(SIZE, 1));
    const rowBytes = 101 * 3;
    const stripes = [0, 32, 64].map((row) =>
      sha256(rgb.subarray(row * rowBytes, Math.min(67, row + 32) * rowBytes)),
    );
    const dimensions = Buffer.from([0, 0, 0, 101, 0, 0, 0, 67]);
    const id = sha256(Buffer.from('deskreel-frame-1\n'), dimensions, ...stripes).toString('hex');
    assert.equal(frameIdOfPixels(SIZE, rgb), id);
  });

  for (const size of SIZES) {
    it(`is the same in the guest and for a reader of the picture (${size.width}x${size.height})`, async () => {
      const pixels = noise(size, 2);
      const inBackground = frameOf(size, pixels);
      await createEncoder().identify(inBackground);
      assert.equal(frameOf(size, pixels).id, frameIdOfPixels(size, rgbOf(pixels)));
      assert.equal(inBackground.id, frameIdOfPixels(size, rgbOf(pixels)));
    });
  }

  it('changes with one bit of any pixel', () => {
    const pixels = noise(SIZE, 3);
    const { id } = frameOf(SIZE, pixels);
    for (const index of [0, 100, 32 * 101, pixels.length - 1]) {
      const other = pixels.slice();
      other[index] = (other[index] ?? 0) ^ 1;
      assert.notEqual(frameOf(SIZE, other).id, id, `pixel ${index}`);
    }
  });

  it('does not depend on what is not seen', () => {
    const pixels = noise(SIZE, 4);
    const other = pixels.map((pixel) => pixel ^ 0xff000000);
    assert.equal(frameOf(SIZE, other).id, frameOf(SIZE, pixels).id);
  });

  it('tells sizes apart that have the same bytes', () => {
    const pixels = new Uint32Array(64 * 16);
    assert.notEqual(
      frameOf({ width: 64, height: 16 }, pixels).id,
      frameOf({ width: 32, height: 32 }, pixels).id,
    );
  });

  it('is refused for a picture that has not the size it claims', () => {
    assert.throws(() => frameIdOfPixels(SIZE, Buffer.alloc(10)), /101x67 pixels are 20301 bytes/);
  });
});

describe('a frame after a fetch', () => {
  it('is the very same where nothing that is seen differs', () => {
    const pixels = noise(SIZE, 5);
    const frame = frameOf(SIZE, pixels);
    const unseen = pixels.slice(32 * 101, 64 * 101).map((pixel) => pixel ^ 0xff000000);
    assert.equal(withBand(SIZE, frame, { first: 1, end: 2 }, unseen), frame);
  });

  it('has the id of the whole screen as it is then', () => {
    const pixels = noise(SIZE, 6);
    const frame = frameOf(SIZE, pixels);
    const last = noise({ width: 101, height: 3 }, 7);
    const whole = pixels.slice();
    whole.set(last, 64 * 101);
    assert.equal(withBand(SIZE, frame, { first: 2, end: 3 }, last).id, frameOf(SIZE, whole).id);
  });
});
