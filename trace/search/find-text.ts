// Where a text stands in something.
import { BYTES_FIELDS, textInBase64 } from '../../protocol/base64.ts';
import { patternOf } from '../../protocol/privacy/text-redactor.ts';
import { nodesOf, textsOf } from '../../protocol/privacy/redactor.ts';
import type { FoundPlace } from '../../protocol/search.ts';
import type { TreeNode } from '../../protocol/tree.ts';

/** Names of other things, and times: nobody looks for a part of one. */
const UNSEARCHED = new Set([
  'call_id', 'capture_id', 'request_id', 'trace_id', 'session', 'sha256', 'before', 'screenshot', 'started', 'ended',
]); // prettier-ignore
/** A picture or a file among the texts of an event. Any short word stands in one. */
const BASE64 = /^[A-Za-z0-9+/]{500,}={0,2}$/;
/** Characters before and after the text. */
const AROUND = 40;

/** The fields whose text it is in. */
export function* inFields(value: unknown, pattern: RegExp, path = ''): Generator<FoundPlace> {
  if (typeof value === 'string') {
    const text = excerpt(plainOf(value, path), pattern);
    if (text !== undefined) yield { in: path, text };
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    if (!UNSEARCHED.has(key)) yield* inFields(field, pattern, path === '' ? key : `${path}.${key}`);
  }
}

/** What a terminal printed and what is in a file is looked for as what it says. */
function plainOf(value: string, path: string): string {
  const field = path.slice(path.lastIndexOf('.') + 1);
  const plain = BYTES_FIELDS.has(field) ? textInBase64(value) : undefined;
  if (plain !== undefined) return plain;
  return BASE64.test(value) ? '' : value;
}

/** The elements that show it. */
export function* inTree(tree: TreeNode, pattern: RegExp): Generator<FoundPlace> {
  for (const node of nodesOf(tree)) {
    const [text] = textsOf(node).flatMap((shown) => excerpt(shown, pattern) ?? []);
    if (text !== undefined) yield { in: `${node.role} "${flat(node.title)}"`, text };
  }
}

/**
 * Whether the text can be in what a JSON says: no, for certain, where one of its words is not there. Trees of thousands of commands
 * are thousands of milliseconds to parse.
 */
export function inJson(text: string): (json: string) => boolean {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  const escaped = words.map((word) => JSON.stringify(word).slice(1, -1));
  const patterns = escaped.map((word) => patternOf([word])).filter((pattern) => pattern !== undefined);
  return (json) => patterns.every((pattern) => json.search(pattern) >= 0);
}

function excerpt(text: string, pattern: RegExp): string | undefined {
  const at = text.search(pattern);
  if (at < 0) return undefined;
  const [found = ''] = text.slice(at).match(pattern) ?? [];
  const [from, to] = [Math.max(0, at - AROUND), at + found.length + AROUND];
  return `${from > 0 ? '…' : ''}${flat(text.slice(from, to))}${to < text.length ? '…' : ''}`;
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
