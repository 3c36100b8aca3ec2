// Reads back what was typed, where the focused element shows its text, and compares.
import { setTimeout as after } from 'node:timers/promises';
import type { FocusedElement } from '../accessibility/accessibility.ts';
import { tokensOf } from './text.ts';

/** Of the accessibility: the element with the focus, undefined where none is known in time. */
export type ReadFocused = (timeoutMs?: number) => Promise<FocusedElement | undefined>;

/** `waiting`: not what was typed, though it may yet come. */
type Comparison = 'same' | 'waiting' | 'unknown';

/** Milliseconds between readings until the text shows: some programs tell of it later than they read their keys. */
const RETRIES_MS = [10, 20, 40, 80, 100] as const;

/**
 * Whether the focused element shows `typed` before its caret. Says false only where the same element's text was known
 * before and nothing in what was typed lets a program do more than insert it; undefined where it cannot be told.
 */
export async function verifyTyped(
  typed: string,
  before: FocusedElement | undefined,
  read: ReadFocused,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  let shown: FocusedElement | undefined;
  for (const wait of [0, ...RETRIES_MS]) {
    if (wait > 0) await after(wait, undefined, { signal });
    shown = await read();
    const comparison = compareTyped(typed, shown);
    if (comparison === 'same') return true;
    if (comparison === 'unknown') return undefined;
  }
  const wasKnown = before?.text !== undefined && before.id === shown?.id;
  return wasKnown && !mayDoMore(typed) ? false : undefined;
}

/** Keys indent, complete, submit or move the focus. */
const mayDoMore = (typed: string): boolean => tokensOf(typed).some(({ kind }) => kind === 'key');

/** Roles that show something else than what is typed into them. */
const ROLES_THAT_CHANGE_TEXT: ReadonlySet<string> = new Set(['password text', 'terminal']);

/** Compares the characters before the caret with what was typed. */
export function compareTyped(typed: string, shown: FocusedElement | undefined): Comparison {
  if (shown?.text === undefined || shown.caret === undefined || typed === '') return 'unknown';
  const characters = Array.from(shown.text);
  const isCut = shown.caret > characters.length;
  if (isCut) return 'unknown';
  const wanted = Array.from(typed.replaceAll(/\r\n?/g, '\n'));
  const standing = characters.slice(Math.max(0, shown.caret - wanted.length), shown.caret);
  if (standing.join('') === wanted.join('')) return 'same';
  return ROLES_THAT_CHANGE_TEXT.has(shown.role) ? 'unknown' : 'waiting';
}
