// What viewers send: told apart whatever pieces it comes in, every byte handed on in its order.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ViewerMessages, type ViewerInput } from '../../../protocol/rfb/viewer-messages.ts';
import { seededRandom } from '../../support/random.ts';

const bytes = (...values: number[]): Buffer => Buffer.from(values);
const pad = (length: number, ...values: number[]): Buffer => Buffer.concat([bytes(...values)], length);
const GREETING = Buffer.concat([Buffer.from('RFB 003.008\n'), bytes(1), bytes(1)]);
const KEY_A = pad(8, 4, 1, 0, 0, 0, 0, 0, 0x61);
const CLICK = bytes(5, 1, 1, 0x2c, 0, 20);
const QEMU_KEY = pad(12, 255, 0, 0, 0, 0, 0, 0xff, 0x0d, 0, 0, 0, 28);
/** SetPixelFormat, SetEncodings with two, an update request, continuous updates, a fence, SetDesktopSize, xvp. */
const SILENT = [
  pad(20, 0),
  pad(12, 2, 0, 0, 2),
  pad(10, 3),
  pad(10, 150),
  pad(13, 248, 0, 0, 0, 0, 0, 0, 0, 4),
  pad(24, 251, 0, 0, 0, 0, 0, 1),
  pad(4, 250),
];
const CLIPBOARD = Buffer.concat([pad(8, 6, 0, 0, 0, 0, 0, 0, 5), Buffer.from('hello')]);
const EXTENDED_CLIPBOARD = Buffer.concat([bytes(6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc), bytes(1, 2, 3, 4)]);
const STREAM = Buffer.concat([
  GREETING,
  ...SILENT,
  KEY_A,
  CLICK,
  CLIPBOARD,
  QEMU_KEY,
  EXTENDED_CLIPBOARD,
  KEY_A,
]);
const INPUTS: ViewerInput[] = [
  { kind: 'key', keysym: 0x61, down: true },
  { kind: 'pointer', x: 300, y: 20, buttons: 1 },
  { kind: 'clipboard', length: 5 },
  { kind: 'key', keysym: 0xff0d, down: false },
  { kind: 'clipboard', length: 4 },
  { kind: 'key', keysym: 0x61, down: true },
];

function readIn(pieces: readonly Buffer[]): { inputs: ViewerInput[]; passed: Buffer } {
  const messages = new ViewerMessages();
  const read = pieces.flatMap((piece) => [...messages.read(piece)]);
  return {
    inputs: read.flatMap(({ input }) => (input ? [input] : [])),
    passed: Buffer.concat(read.map((one) => one.bytes)),
  };
}

describe('what a viewer sends', () => {
  it('is told apart and handed on whole', () => {
    const { inputs, passed } = readIn([STREAM]);
    assert.deepEqual(inputs, INPUTS);
    assert.deepEqual(passed, STREAM);
  });

  it('is the same in whatever pieces it comes', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round += 1) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < STREAM.length;) {
        const length = 1 + Math.floor(random() * 9);
        pieces.push(STREAM.subarray(at, at + length));
        at += length;
      }
      const { inputs, passed } = readIn(pieces);
      assert.deepEqual(inputs, INPUTS);
      assert.deepEqual(passed, STREAM);
    }
  });

  it('greets as RFB 3.3 does, and with a password', () => {
    const old = Buffer.concat([Buffer.from('RFB 003.003\n'), bytes(1), KEY_A]);
    const secured = Buffer.concat([Buffer.from('RFB 003.008\n'), bytes(2), pad(16, 4, 5), bytes(0), KEY_A]);
    for (const stream of [old, secured]) assert.deepEqual(readIn([stream]).inputs, INPUTS.slice(0, 1));
  });

  it('has eight buttons and more only for who says so', () => {
    const pointer = bytes(5, 0x81, 0, 9, 0, 8);
    const plain = readIn([GREETING, pointer, KEY_A]).inputs;
    assert.deepEqual(plain[0], { kind: 'pointer', x: 9, y: 8, buttons: 0x81 });
    const says = Buffer.concat([pad(4, 2, 0, 0, 1), bytes(0xff, 0xff, 0xfe, 0xc4)]);
    const extended = readIn([GREETING, says, pointer, bytes(1), KEY_A]).inputs;
    assert.deepEqual(extended[0], { kind: 'pointer', x: 9, y: 8, buttons: 1 });
    assert.deepEqual([plain.length, extended.length], [2, 2]);
  });

  it('passes on as it is where it cannot be understood, and that is said once', () => {
    const unknown = Buffer.concat([GREETING, KEY_A, bytes(77, 1, 2, 3), KEY_A]);
    const { inputs, passed } = readIn([unknown, KEY_A]);
    assert.deepEqual(inputs, [INPUTS[0], { kind: 'unread', message: 77 }]);
    assert.deepEqual(passed, Buffer.concat([unknown, KEY_A]));
    assert.deepEqual(readIn([Buffer.from('GET / HTTP/1.1\r\n')]).inputs, [{ kind: 'unread', message: 71 }]);
  });
});
