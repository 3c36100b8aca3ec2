// Fingerprints of a snapshot's elements, byte for byte those of Predicate's Python SDK, so that traces can be compared.
import { hash } from 'node:crypto';
import type { ElementBox, VisualCues } from './snapshot.ts';
import { normalText } from './text.ts';

/** What a fingerprint is made from; the rest of an element does not matter. */
export interface DigestElement {
  id?: number;
  role?: string;
  text?: string | null;
  bbox?: Partial<ElementBox>;
  visual_cues?: VisualCues | null;
}

export interface SnapshotDigests {
  /** Changes with any text, place, role, or cue. `sha256:` and 64 hexadecimal digits. */
  strict: string;
  /** Changes with layout and structure, not with text. */
  loose: string;
}

/**
 * Two fingerprints of a list of elements, whatever their order. Shifts below two pixels, case, white space and the
 * digits of numbers do not change them.
 */
export function computeSnapshotDigests(elements: readonly DigestElement[]): SnapshotDigests {
  const sorted = elements.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
  return { strict: digest(sorted.map(strictForm)), loose: digest(sorted.map(looseForm)) };
}

function digest(forms: readonly string[]): string {
  return `sha256:${hash('sha256', `[${forms.join(', ')}]`, 'hex')}`;
}

function strictForm(element: DigestElement): string {
  const text = withoutNumbers(normalText(element.text));
  return canonicalForm(element, text === '' ? [] : [['text', JSON.stringify(text)]]);
}

function looseForm(element: DigestElement): string {
  return canonicalForm(element, []);
}

/** Python's JSON with sorted keys: a space after each comma and colon. */
function canonicalForm(element: DigestElement, more: [string, string][]): string {
  const { id = 0, role = 'unknown', bbox = {}, visual_cues: cues } = element;
  const box = [bbox.x, bbox.y, bbox.width, bbox.height].map((side) => toTwoPixels(side ?? 0));
  const entries: [string, string][] = [
    ['bbox', `[${box.join(', ')}]`],
    ['clickable', cues?.is_clickable ? '1' : '0'],
    ['id', String(id)],
    ['primary', cues?.is_primary ? '1' : '0'],
    ['role', JSON.stringify(role)],
    ...more,
  ];
  return `{${entries.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`;
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\p{Nd}+/gu, '#').replaceAll(/\$\s*#/gu, '$#');
}

/** To an even number: the fraction is cut off, then a half goes to the even side, as Python's `round` has it. */
function toTwoPixels(value: number): number {
  const half = Math.trunc(value) / 2;
  const below = Math.floor(half);
  const isTie = half - below === 0.5;
  const rounded = isTie ? below + Math.abs(below % 2) : Math.round(half);
  // Without the sign of zero.
  return rounded * 2 + 0;
}
