// "VNC Authentication" of RFC 6143, section 7.2.2: the server sends 16 random bytes, the viewer returns them encrypted by DES with
// the password as the key, of which 8 characters count.
import { createCipheriv, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 8;
/** Without those that are taken for each other. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** As long as a password of VNC can be: 46 bits, of which a viewer guesses one at a time. */
export function newPassword(): string {
  return Array.from({ length: KEY_BYTES }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

export function newChallenge(): Buffer {
  return randomBytes(16);
}

/** What a viewer that knows the password answers. */
export function responseTo(challenge: Buffer, password: string): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  key.write(password, 'latin1');
  // Viewers take each byte of the key from its lowest bit upwards.
  const turned = key.map(turnedByte);
  // DES alone is not in OpenSSL any more. Three times DES with one key is the same: the first two undo each other.
  const cipher = createCipheriv('des-ede3', Buffer.concat([turned, turned, turned]), null);
  return cipher.setAutoPadding(false).update(challenge);
}

export function isResponse(response: Buffer, challenge: Buffer, password: string): boolean {
  const expected = responseTo(challenge, password);
  return response.length === expected.length && timingSafeEqual(response, expected);
}

function turnedByte(byte: number): number {
  let turned = 0;
  for (let bit = 0; bit < 8; bit += 1) if (byte & (1 << bit)) turned |= 0x80 >> bit;
  return turned;
}
