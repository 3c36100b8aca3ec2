// Texts that were typed key by key, or in several commands: no row holds them whole, and all of their rows together do.
import { COMMANDS, resolveCommand, type CommandName } from '../../../protocol/commands/table.ts';
import { MASK } from '../../../protocol/privacy/rules.ts';
import { writes } from '../../../protocol/privacy/typed-texts.ts';
import { isRecord } from '../../../protocol/record.ts';
import type { RowOf } from '../../../trace/format.ts';

/** From the first to behind the last character. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is to be hidden in a text. */
export type FindSpans = (text: string) => readonly Span[];

export interface TypedParts {
  /** What is to be hidden of the text of each call, by the call's id. */
  readonly hidden: ReadonlyMap<string, readonly Span[]>;
  /** What was on the screen of texts that came bit by bit, before they were whole. */
  readonly beginnings: readonly string[];
}

/** Shorter beginnings would be found everywhere. Characters. */
const SHORTEST = 4;

type Call = RowOf<'call'>['data'];

/** A bit of the run, and the calls of which it is: a key goes down and up again by two. */
interface Bit {
  readonly text: string;
  readonly at: number;
  readonly calls: string[];
}

export class TypedRuns {
  readonly #find: FindSpans;
  readonly #hidden = new Map<string, Span[]>();
  readonly #beginnings = new Set<string>();
  /** The bits of keys that went down and not yet up. */
  readonly #down = new Map<string, Bit>();
  #bits: Bit[] = [];
  #length = 0;

  constructor(find: FindSpans) {
    this.#find = find;
  }

  add({ call_id: callId, method, args }: Call): void {
    const command = resolveCommand(method);
    if (!command || !COMMANDS[command].input || STILL.has(command)) return;
    const fields = isRecord(args) ? args : {};
    const key = String(fields['key']);
    if (command === 'key_up') this.#down.get(key)?.calls.push(callId);
    else this.#take(callId, typedBy(command, fields), command === 'key_down' ? key : undefined);
  }

  end(): TypedParts {
    this.#endRun();
    return { hidden: this.#hidden, beginnings: [...this.#beginnings] };
  }

  #take(callId: string, { effect, text }: Typed, key: string | undefined): void {
    if (effect === 'writes') this.#type(callId, text, key);
    else if (effect === 'erases') this.#erase();
    else if (effect === 'leads on') this.#endRun();
  }

  #type(callId: string, text: string, key: string | undefined): void {
    const bit = { text, at: this.#length, calls: [callId] };
    this.#bits.push(bit);
    this.#length += text.length;
    if (key !== undefined) this.#down.set(key, bit);
  }

  /** One character less is on the screen; of a longer text the row still tells all, so its bit stays. */
  #erase(): void {
    const last = this.#bits.at(-1);
    if (!last || last.text.length > 1) return;
    this.#bits.pop();
    this.#length -= last.text.length;
  }

  #endRun(): void {
    const bits = this.#bits;
    this.#bits = [];
    this.#length = 0;
    if (bits.length < 2) return;
    const text = bits.map((bit) => bit.text).join('');
    for (const span of this.#find(text)) this.#hide(text, span, bits);
  }

  #hide(text: string, span: Span, bits: readonly Bit[]): void {
    const parts = bits.filter(({ at, text: { length } }) => at < span.to && at + length > span.from);
    if (parts.length < 2) return;
    for (const { at, text: own, calls } of parts) {
      const part = { from: Math.max(0, span.from - at), to: Math.min(own.length, span.to - at) };
      for (const call of calls) this.#hidden.set(call, [...(this.#hidden.get(call) ?? []), part]);
      const beginning = text.slice(span.from, Math.min(span.to, at + own.length));
      if (Array.from(beginning.trim()).length >= SHORTEST) this.#beginnings.add(beginning);
    }
  }
}

/** Inputs that leave the text where it is. */
const STILL: ReadonlySet<string> = new Set([
  'move_cursor',
  'scroll',
  'scroll_up',
  'scroll_down',
  'scroll_direction',
]);
const SHIFT = /^shift/i;
const MODIFIER = /^(shift|ctrl|control|alt|meta|super|cmd|command|win)(_?[lr]|left|right)?$/i;

/** What a call does to the text: characters are added, one goes, others follow elsewhere, or nothing at all. */
interface Typed {
  readonly effect: 'writes' | 'erases' | 'leads on' | 'none';
  readonly text: string;
}

const LEADS_ON: Typed = { effect: 'leads on', text: '' };

function typedBy(command: CommandName, { text, key, keys }: Record<string, unknown>): Typed {
  if (command === 'type_text' || command === 'playwright_exec') {
    return typeof text === 'string' ? { effect: 'writes', text } : LEADS_ON;
  }
  if (command === 'hotkey') return Array.isArray(keys) ? writtenBy(keys.map(String)) : LEADS_ON;
  return typeof key === 'string' ? writtenBy(key.length > 1 ? key.split('+') : [key]) : LEADS_ON;
}

/** Keys that are pressed together. */
function writtenBy(keys: readonly string[]): Typed {
  const [key, ...others] = keys.filter((one) => !MODIFIER.test(one));
  if (key === undefined) return { effect: 'none', text: '' };
  // Not only shifted: a shortcut, and who knows what it does to the text.
  if (others.length > 0 || keys.some((one) => MODIFIER.test(one) && !SHIFT.test(one))) return LEADS_ON;
  const name = key.toLowerCase();
  if (name === 'backspace') return { effect: 'erases', text: '' };
  if (name === 'space') return { effect: 'writes', text: ' ' };
  if (Array.from(key).length > 1 || !writes(key)) return LEADS_ON;
  return { effect: 'writes', text: keys.length > 1 ? key.toUpperCase() : key };
}

/** The arguments of a call without what is hidden of its text, and the fields in which that was. */
export function withoutTyped(
  data: Call,
  spans: readonly Span[] | undefined,
): { data: Call; fields: string[] } {
  if (!spans || !isRecord(data.args)) return { data, fields: [] };
  const { text, key, keys, ...others } = data.args;
  const fields = Object.entries({ text, key, keys }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  const left = typeof text === 'string' ? { text: masked(text, spans) } : {};
  const names = [...new Set([...(data.masked ?? []), ...fields])];
  return { data: { ...data, args: { ...others, ...left }, masked: names }, fields };
}

function masked(text: string, spans: readonly Span[]): string {
  const last = spans.toSorted((a, b) => b.from - a.from);
  return last.reduce((left, { from, to }) => left.slice(0, from) + MASK + left.slice(to), text);
}
