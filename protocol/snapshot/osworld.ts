// A tree as the XML that OSWorld's server gives of a Linux desktop: roles as tags, the rest as attributes by namespaces.
import type { TreeNode } from '../tree.ts';

/** Prefixes and names of OSWorld's server for Ubuntu, those that nothing here is in included: readers declare them all. */
const NAMESPACES = {
  st: 'https://accessibility.ubuntu.example.org/ns/state',
  attr: 'https://accessibility.ubuntu.example.org/ns/attributes',
  cp: 'https://accessibility.ubuntu.example.org/ns/component',
  doc: 'https://accessibility.ubuntu.example.org/ns/document',
  docattr: 'https://accessibility.ubuntu.example.org/ns/document/attributes',
  txt: 'https://accessibility.ubuntu.example.org/ns/text',
  val: 'https://accessibility.ubuntu.example.org/ns/value',
  act: 'https://accessibility.ubuntu.example.org/ns/action',
} as const;

/** Names that roles had on the systems that OSWorld's readers were written for. */
const FORMER_ROLES: Readonly<Record<string, string>> = { button: 'push-button' };

/** The document, without a declaration. An element's id is in its attribute `attr:id`. */
export function osworldXml(tree: TreeNode): string {
  const declared = Object.entries(NAMESPACES).map(([prefix, name]) => ` xmlns:${prefix}="${name}"`);
  return elementXml(tree, declared.join(''));
}

function elementXml(node: TreeNode, declared: string): string {
  const tag = tagOf(node.role);
  const attributes = Object.entries(attributesOf(node)).map(
    ([name, value]) => ` ${name}="${escaped(value)}"`,
  );
  const text = typeof node.value === 'string' ? escaped(withoutPlaceholders(node.value)) : '';
  const content = text + node.children.map((child) => elementXml(child, '')).join('');
  const start = `${tag}${declared}${attributes.join('')}`;
  return content === '' ? `<${start}/>` : `<${start}>${content}</${tag}>`;
}

function tagOf(role: string): string {
  const name = role.trim().replaceAll(' ', '-');
  return FORMER_ROLES[name] ?? (name === '' ? 'unknown' : nameChars(name));
}

function attributesOf({ id, title, states, bounds, value, actions }: TreeNode): Record<string, string> {
  const attributes: Record<string, string> = { name: title };
  for (const state of states) attributes[`st:${nameChars(state.replaceAll(' ', '_'))}`] = 'true';
  attributes['attr:id'] = id;
  if (bounds) {
    attributes['cp:screencoord'] = `(${bounds.x}, ${bounds.y})`;
    attributes['cp:size'] = `(${bounds.width}, ${bounds.height})`;
  }
  if (typeof value === 'number')
    attributes['val:value'] = Number.isInteger(value) ? `${value}.0` : String(value);
  for (const action of actions) {
    const name = nameChars(action.replaceAll(' ', '-'));
    attributes[`act:${name}_desc`] = '';
    attributes[`act:${name}_kb`] = '';
  }
  return attributes;
}

/** What XML allows in a name. */
function nameChars(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_.-]/gu, '-').replace(/^(?=[\p{N}.-])/u, '_');
}

/** Toolkits put a character where an object stands inside of a text. */
function withoutPlaceholders(text: string): string {
  return text.replaceAll(/[\ufffc\ufffd]/g, '');
}

/** XML has no form at all for most control characters and for halves of surrogate pairs. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
