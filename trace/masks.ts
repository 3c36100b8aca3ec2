// What was masked, as a trace tells it: by which rule and where, never what.
import { MaskRule } from '../protocol/privacy/rules.ts';
import { MaskedIn, type MaskCounts, type ToldMask } from './format.ts';
import type { Entry } from './reader.ts';

/** Such a row follows right after the one that it tells of. */
export function isMaskEntry(entry: Entry): boolean {
  return entry.kind === 'row' && entry.row.type === 'masked';
}

/** In words: `secret: text of the call`, `region: 2 places of the picture (after)`. */
export function maskText({ rule, place }: ToldMask): string {
  return `${rule}: ${placeText(place)}`;
}

/** Where it was, in words: `text of the call`. */
export function placeText(place: ToldMask['place']): string {
  if (place.in === 'frame') return `${count(place.bounds.length, 'place')} of the picture (${place.when})`;
  if (place.in === 'tree') return `${count(place.nodes, 'element')} of the tree`;
  return `${place.fields.length > 0 ? place.fields.join(', ') : 'a part'} of the ${place.in}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/**
 * In words: `secret: call 1, frame 3; region: frame 9`; the empty text where nothing was masked. The order is always the
 * same: that of the rows depends on which picture was there first.
 */
export function maskCountsText(counts: MaskCounts): string {
  const rules = MaskRule.options.map((rule) => {
    const numbers = MaskedIn.options.map((place) => [place, counts[rule]?.[place] ?? 0] as const);
    return [rule, numbers.filter(([, number]) => number > 0)] as const;
  });
  return rules
    .filter(([, numbers]) => numbers.length > 0)
    .map(([rule, numbers]) => `${rule}: ${numbers.map((one) => one.join(' ')).join(', ')}`)
    .join('; ');
}
