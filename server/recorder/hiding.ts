// Hides texts in what is about to be recorded, however deep they lie, and says by which rule.
import { BYTES_FIELDS, textInBase64 } from '../../protocol/base64.ts';
import type { FrameInfo } from '../../protocol/frame.ts';
import { MASK, type MaskRule } from '../../protocol/privacy/rules.ts';
import { isRecord } from '../../protocol/record.ts';
import type { MaskPlace, RowData } from '../../trace/format.ts';

export interface Hider {
  readonly rule: MaskRule;
  /** The text with what must go replaced; the very same where nothing must. May throw. */
  readonly maskText: (text: string) => string;
}

type Hide = (text: string) => string;

/** A value without what was hidden. */
export interface Hidden {
  readonly value: unknown;
  /** Names of the topmost fields in which something was. */
  readonly fields: readonly string[];
  readonly rules: readonly MaskRule[];
}

export function hideIn(value: unknown, hiders: readonly Hider[]): Hidden {
  if (hiders.length === 0 || value === undefined) return { value, fields: [], rules: [] };
  const rules = new Set<MaskRule>();
  const hide: Hide = (text) => hiders.reduce((left, hider) => masked(left, hider, rules), text);
  if (!isRecord(value)) return { value: walk(value, hide), fields: [], rules: [...rules] };
  const fields: string[] = [];
  const entries = Object.entries(value).map(([name, content]) => {
    // A name can be what is to be hidden, too: what is told of it has to obey as well.
    const shown = hide(name);
    const left = walk(content, hide, name);
    if (shown !== name || left !== content) fields.push(shown);
    return [shown, left];
  });
  return { value: Object.fromEntries(entries) as unknown, fields, rules: [...rules] };
}

/** What is told of it. */
export function masksOf(
  where: Extract<MaskPlace, { fields: string[] }>['in'],
  { fields, rules }: Hidden,
): RowData<'masked'>[] {
  return rules.map((rule) => ({ rule, place: { in: where, fields: [...fields] } }));
}

/** What is told of a frame, without what is hidden of the element that it tells of. */
export function withoutHidden<T extends Pick<FrameInfo, 'element'>>(info: T, hiders: readonly Hider[]): T {
  if (!info.element) return info;
  const { value } = hideIn({ element: info.element }, hiders);
  return { ...info, ...(value as Pick<FrameInfo, 'element'>) };
}

/** Where a rule cannot be applied, nothing is left of the text. */
function masked(text: string, { rule, maskText }: Hider, rules: Set<MaskRule>): string {
  let left = MASK;
  try {
    left = maskText(text);
  } catch {
    // A pattern that takes too long: what it would have hidden is not known.
  }
  if (left !== text) rules.add(rule);
  return left;
}

/** The same value where nothing in it changes. */
function walk(value: unknown, hide: Hide, field = ''): unknown {
  if (typeof value === 'string') return BYTES_FIELDS.has(field) ? hideInBytes(value, hide) : hide(value);
  if (Array.isArray(value)) {
    const left: unknown[] = value.map((one: unknown) => walk(one, hide, field));
    return left.some((one, at) => one !== value[at]) ? left : value;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([name, content]) => [hide(name), walk(content, hide, name)] as const,
  );
  const isSame = entries.every(([name, content]) => value[name] === content);
  return isSame ? value : Object.fromEntries(entries);
}

/** What stands in base64 is found as what it stands for. Bytes that are no text are lost where something beside them is hidden. */
function hideInBytes(text: string, hide: Hide): string {
  const left = hide(text);
  const plain = left === text ? textInBase64(text) : undefined;
  if (plain === undefined) return left;
  const hidden = hide(plain);
  return hidden === plain ? text : Buffer.from(hidden).toString('base64');
}
