// What an agent can do, and how a model says it: `CLICK(42)`, `TYPE(42, "text")`, `PRESS("Enter")`, `FINISH()`.
import { DeskreelError } from '../../protocol/errors.ts';

export interface Action {
  kind: 'click' | 'type' | 'press' | 'scroll' | 'navigate' | 'finish';
  element_id?: number;
  text?: string;
  key?: string;
  url?: string;
  direction?: 'up' | 'down' | 'left' | 'right';
  /** As the model said it. */
  raw?: string;
}

/** What became of an action. */
export interface ActionOutcome {
  success: boolean;
  /** Why it failed. */
  error?: string;
}

const CALL = /\b(CLICK|TYPE|PRESS|SCROLL|NAVIGATE|FINISH)\s*\(/i;

/**
 * The first action that a text calls for. Throws `bad_request` where it calls for none that can be read.
 * Text in quotes is JSON's, so that it can hold quotes and line breaks.
 */
export function parseAction(text: string): Action {
  const call = CALL.exec(text);
  if (!call) throw unreadable(text, 'it calls for no action');
  const start = call.index + call[0].length;
  const values = readArguments(text, start);
  if (!values) throw unreadable(text, 'its arguments cannot be read');
  const raw = text.slice(call.index, values.end);
  const action = MAKERS[(call[1] ?? '').toLowerCase()]?.(...values.list);
  if (!action) throw unreadable(raw, 'its arguments do not fit');
  return { ...action, raw };
}

type Value = number | string;

/** Undefined where the arguments do not fit. */
const MAKERS: Readonly<Record<string, (first?: Value, second?: Value) => Action | undefined>> = {
  click: (id) => (typeof id === 'number' ? { kind: 'click', element_id: id } : undefined),
  type: (id, text) =>
    typeof id === 'number' && text !== undefined
      ? { kind: 'type', element_id: id, text: String(text) }
      : undefined,
  press: (key) => (key === undefined ? undefined : { kind: 'press', key: String(key) }),
  scroll: (direction) => (isDirection(direction) ? { kind: 'scroll', direction } : undefined),
  navigate: (url) => (typeof url === 'string' ? { kind: 'navigate', url } : undefined),
  finish: () => ({ kind: 'finish' }),
};

function isDirection(value: unknown): value is NonNullable<Action['direction']> {
  return value === 'up' || value === 'down' || value === 'left' || value === 'right';
}

/** One argument and what ends it: text in double or single quotes, or a number. */
const ARGUMENT = /\s*(?:("(?:[^"\\]|\\.)*")|'((?:[^'\\]|\\.)*)'|(-?\d+))\s*([,)])/sy;
const EMPTY = /\s*\)/y;

function readArguments(text: string, start: number): { list: Value[]; end: number } | undefined {
  EMPTY.lastIndex = start;
  if (EMPTY.test(text)) return { list: [], end: EMPTY.lastIndex };
  const list: Value[] = [];
  ARGUMENT.lastIndex = start;
  for (let found = ARGUMENT.exec(text); found; found = ARGUMENT.exec(text)) {
    const [, double, single, number, end] = found;
    list.push(number === undefined ? unquoted(double ?? `"${escaped(single ?? '')}"`) : Number(number));
    if (end === ')') return { list, end: ARGUMENT.lastIndex };
  }
  return undefined;
}

function escaped(single: string): string {
  return single.replaceAll("\\'", "'").replaceAll('"', '\\"');
}

/** What is no JSON, such as a line break as it is, is taken as it stands. */
function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch (error) {
    if (error instanceof SyntaxError) return quoted.slice(1, -1);
    throw error;
  }
}

function unreadable(text: string, why: string): DeskreelError {
  return new DeskreelError('bad_request', `the model's answer ${JSON.stringify(text.slice(0, 200))}: ${why}`);
}
