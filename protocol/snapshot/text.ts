// Text of elements, normalised as Python does it: its white space, its cases, its characters.

/** White space for Python's `str.split()` beyond Unicode's property. */
const SEPARATORS = ['\u001c', '\u001d', '\u001e', '\u001f'];

/** Characters that are compared. */
const COMPARED = 80;

/** Trimmed, in lower case, white space collapsed, cut to 80 characters. Not trimmed again after the cut. */
export function normalText(text: string | null | undefined): string {
  return firstCharacters(collapsed((text ?? '').toLowerCase()), COMPARED);
}

/** On one line: white space collapsed and trimmed. */
export function collapsed(text: string): string {
  const spaced = SEPARATORS.reduce((rest, separator) => rest.replaceAll(separator, ' '), text);
  return spaced
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== '')
    .join(' ');
}

/** Unicode code points, as Python counts characters. */
export function firstCharacters(text: string, count: number): string {
  // A code point is at most two units, so nothing behind these can be among the first.
  return Array.from(text.slice(0, count * 2))
    .slice(0, count)
    .join('');
}
