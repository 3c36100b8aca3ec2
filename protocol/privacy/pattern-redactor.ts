// Hides what matches a caller's regular expressions. Such a pattern may take forever: it runs under a limit of time.
import { createContext, Script } from 'node:vm';
import { onTree } from './matching.ts';
import type { Redactor } from './redactor.ts';
import { MASK } from './rules.ts';

/** Milliseconds for one text. */
const LIMIT_MS = 200;
/** Answers that are remembered: most texts of a screen are the same at the next look. */
const REMEMBERED = 5000;
const REPLACE = new Script(
  `patterns.reduce((masked, pattern) => masked.replace(pattern, (hit) => (hit === '' ? '' : mask)), text)`,
);

export function patternRedactor(patterns: readonly string[]): Redactor {
  const room = { text: '', patterns: patterns.map((source) => new RegExp(source, 'giu')), mask: MASK };
  const context = createContext(room);
  const known = new Map<string, string>();
  return onTree('pattern', (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    room.text = text;
    const masked = String(REPLACE.runInContext(context, { timeout: LIMIT_MS }));
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, masked);
    return masked;
  });
}
