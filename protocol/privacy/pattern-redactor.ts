// Hides what matches a caller's regular expressions. Such a pattern may take forever: it runs under a limit of time.
import { createContext, Script } from 'node:vm';
import { z } from 'zod';
import { onTree } from './matching.ts';
import type { Redactor } from './redactor.ts';
import { MASK } from './rules.ts';

/** Milliseconds for one text, of the clock on the wall: the machine may be loaded. */
const LIMIT_MS = 500;
/** Answers that are remembered: most texts of a screen are the same at the next look. */
const REMEMBERED = 5000;
const REPLACE = new Script(
  `patterns.reduce((masked, pattern) => masked.replace(pattern, (hit) => (hit === '' ? '' : mask)), text)`,
);

/** Across the border of the room only a text goes. */
const FIND = new Script(
  `JSON.stringify(patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((hit) => [hit.index, hit[0].length]).filter(([, length]) => length > 0)))`,
);
const Spans = z.array(z.tuple([z.number(), z.number()]));

/** Does to a text with the patterns what a script says. Throws where that takes longer than the limit. */
type Room = (script: Script, text: string) => string;

function roomOf(patterns: readonly string[]): Room {
  const room = { text: '', patterns: patterns.map((source) => new RegExp(source, 'giu')), mask: MASK };
  const context = createContext(room);
  return (script, text) => {
    room.text = text;
    return String(script.runInContext(context, { timeout: LIMIT_MS }));
  };
}

/** Index and length of what matches in a text; all of it, where that takes too long to tell. */
export function patternSpans(
  patterns: readonly string[],
): (text: string) => readonly (readonly [number, number])[] {
  const inRoom = roomOf(patterns);
  return (text) => {
    try {
      return Spans.parse(JSON.parse(inRoom(FIND, text)));
    } catch {
      // What it would have found is not known.
      return [[0, text.length]];
    }
  };
}

export function patternRedactor(patterns: readonly string[]): Redactor {
  const inRoom = roomOf(patterns);
  /** A text that took too long takes as long again: its error is remembered, too. */
  const known = new Map<string, string | Error>();
  const mask = (text: string): string | Error => {
    try {
      return inRoom(REPLACE, text);
    } catch (cause) {
      return new Error(`a pattern took longer than ${LIMIT_MS} ms for a text`, { cause });
    }
  };
  return onTree('pattern', (text) => {
    const masked = known.get(text) ?? mask(text);
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, masked);
    if (masked instanceof Error) throw masked;
    return masked;
  });
}
