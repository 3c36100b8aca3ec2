// Names and secrets made from the system's randomness.
import { hash, randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghjkmnpqrstvwxyz23456789';

/** A short name that is easy to read aloud, such as `d-k3m9qz2w`; 39 bits at the default length. */
export function newId(prefix: string, length = 8): string {
  // 240 is the largest multiple of 30 in a byte: taking what lies below keeps every letter equally likely.
  const letters: string[] = [];
  while (letters.length < length) {
    const fair = [...randomBytes(length)].filter((byte) => byte < 240);
    letters.push(...fair.map((byte) => ALPHABET.charAt(byte % ALPHABET.length)));
  }
  return `${prefix}-${letters.slice(0, length).join('')}`;
}

/** What a secret opens: the server, one desktop, one guest, or one upload. Its first letters let the log find it. */
export type SecretKind = 'drs' | 'drd' | 'drg' | 'dru';

/** 256 bits, safe in URLs and headers. */
export function newSecret(kind: SecretKind): string {
  return `${kind}_${randomBytes(32).toString('base64url')}`;
}

/** What a secret can be looked up by. */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
