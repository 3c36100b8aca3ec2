// Hides texts, in whatever case: elements that show one of them, and the texts wherever they stand.
import { onTree } from './matching.ts';
import type { Redactor } from './redactor.ts';
import { MASK, type MaskRule } from './rules.ts';

export function textRedactor(rule: MaskRule, texts: readonly string[]): Redactor {
  const pattern = patternOf(texts);
  return onTree(rule, (text) => (pattern ? text.replace(pattern, MASK) : text));
}

/** What matches any of these texts; the longest first, since one may begin with another. */
export function patternOf(texts: readonly string[]): RegExp | undefined {
  const sources = texts.filter((text) => text.trim() !== '').sort((a, b) => b.length - a.length);
  return sources.length > 0 ? new RegExp(sources.map(literally).join('|'), 'giu') : undefined;
}

/** A regular expression for this text alone; its white space may be any, as it is when lines are broken. */
function literally(text: string): string {
  const escaped = text.trim().replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return escaped.replaceAll(/\s+/gu, String.raw`\s+`);
}
