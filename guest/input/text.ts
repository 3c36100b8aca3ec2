// A text as what is to be pressed for it: keysyms of keys and code points of characters.
import { DeskreelError } from '../../protocol/errors.ts';
import { KEYSYM } from '../../protocol/keysyms.ts';

export type Token =
  | { readonly kind: 'character'; readonly codePoint: number }
  | { readonly kind: 'key'; readonly keysym: number };

/** Control characters that are keys. */
const KEYS: Readonly<Record<number, number>> = {
  0x08: KEYSYM.backSpace,
  0x09: KEYSYM.tab,
  0x0a: KEYSYM.return,
  0x0d: KEYSYM.return,
  0x1b: KEYSYM.escape,
  0x7f: KEYSYM.delete,
};

/** What types `text`. A line may end in LF, CR or both. Refuses what no key can give: other control characters, halves of surrogate pairs. */
export function tokensOf(text: string): Token[] {
  return Array.from(text.replaceAll('\r\n', '\n'), (character) => tokenOf(character));
}

function tokenOf(character: string): Token {
  const codePoint = character.codePointAt(0) ?? 0;
  const keysym = KEYS[codePoint];
  if (keysym !== undefined) return { kind: 'key', keysym };
  if (isUntypable(codePoint)) {
    const name = codePoint.toString(16).toUpperCase().padStart(4, '0');
    throw new DeskreelError('bad_params', `text: U+${name} cannot be typed, no key gives it. Leave it out.`);
  }
  return { kind: 'character', codePoint };
}

const isUntypable = (codePoint: number): boolean =>
  codePoint < 0x20 || (codePoint > 0x7e && codePoint < 0xa0) || (codePoint >= 0xd800 && codePoint <= 0xdfff);
