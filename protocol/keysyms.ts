// Characters and X keysyms: which keysym types a character, and which character a layout's keysym stands for.

/** Keysyms of Unicode characters beyond Latin-1 are the code point with this bit set. */
const UNICODE_KEYSYM = 0x0100_0000;

export const KEYSYM = {
  backSpace: 0xff08,
  tab: 0xff09,
  return: 0xff0d,
  escape: 0xff1b,
  delete: 0xffff,
  shiftL: 0xffe1,
} as const;

const isLatin1 = (codePoint: number): boolean =>
  (codePoint >= 0x20 && codePoint <= 0x7e) || (codePoint >= 0xa0 && codePoint <= 0xff);

/** The keysym that stands for a printable character in every program. */
export function keysymOfCodePoint(codePoint: number): number {
  return isLatin1(codePoint) ? codePoint : UNICODE_KEYSYM + codePoint;
}

/**
 * The code point that a keysym of a layout stands for; undefined for keys that type nothing and for dead keys.
 * Layouts still use the keysyms that were given out before Unicode: Latin-2 to -4 and -9, Cyrillic and Greek are known
 * here. An unknown one does no harm, its character is typed by a spare keycode.
 */
export function codePointOfKeysym(keysym: number): number | undefined {
  if (isLatin1(keysym)) return keysym;
  if (keysym > UNICODE_KEYSYM && keysym <= UNICODE_KEYSYM + 0x10_ffff) return keysym - UNICODE_KEYSYM;
  if (keysym === 0x20ac) return 0x20ac;
  return decodeLegacy(keysym >> 8, keysym & 0xff);
}

/** The second byte of these keysyms is a byte of an old character set. */
const CHARSETS: Readonly<Record<number, string>> = { 1: 'iso-8859-2', 3: 'iso-8859-4', 6: 'koi8-r' };
const CYRILLIC_EXTRA: Readonly<Record<number, string>> = {
  0xa1: 'ђ', 0xa2: 'ѓ', 0xa3: 'ё', 0xa4: 'є', 0xa5: 'ѕ', 0xa6: 'і', 0xa7: 'ї', 0xa8: 'ј',
  0xa9: 'љ', 0xaa: 'њ', 0xab: 'ћ', 0xac: 'ќ', 0xad: 'ґ', 0xae: 'ў', 0xaf: 'џ', 0xb0: '№',
  0xb1: 'Ђ', 0xb2: 'Ѓ', 0xb3: 'Ё', 0xb4: 'Є', 0xb5: 'Ѕ', 0xb6: 'І', 0xb7: 'Ї', 0xb8: 'Ј',
  0xb9: 'Љ', 0xba: 'Њ', 0xbb: 'Ћ', 0xbc: 'Ќ', 0xbd: 'Ґ', 0xbe: 'Ў', 0xbf: 'Џ',
}; // prettier-ignore
const GREEK_PAGE = 7;

function decodeLegacy(page: number, byte: number): number | undefined {
  if (byte < 0xa0) return undefined;
  if (page === 6 && byte < 0xc0) return CYRILLIC_EXTRA[byte]?.codePointAt(0);
  if (page === GREEK_PAGE) return greek(byte);
  const charset = CHARSETS[page];
  return charset === undefined ? undefined : decodeByte(charset, byte);
}

/** The plain letters lie as in ISO 8859-7, but for sigma; those with accents do not and are left out. */
function greek(byte: number): number | undefined {
  if (byte === 0xd2) return 0x03a3;
  if (byte === 0xf3) return 0x03c2;
  if (byte === 0xf2) return 0x03c3;
  const isPlainLetter = (byte >= 0xc1 && byte <= 0xd9) || (byte >= 0xe1 && byte <= 0xf9);
  return isPlainLetter ? decodeByte('iso-8859-7', byte) : undefined;
}

function decodeByte(charset: string, byte: number): number | undefined {
  const codePoint = new TextDecoder(charset).decode(Uint8Array.of(byte)).codePointAt(0);
  return codePoint === 0xfffd ? undefined : codePoint;
}
