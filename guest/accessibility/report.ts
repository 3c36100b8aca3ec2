// Makes the report of what was read: nodes with ids, cut to the number that was asked for.
import type { TreeNode } from '../../protocol/tree.ts';
import type { Rectangle, States } from './atspi.ts';
import { type Element, MAX_TEXT } from './element.ts';
import type { ElementIds } from './ids.ts';
import { ROLE_DESKTOP_FRAME, roleName, stateNames } from './names.ts';
import type { Program } from './programs.ts';

/**
 * Cuts what is more than `maxNodes`, the desktop itself counted, from the depths upwards: every window comes before any
 * window's insides. Returns whether anything was cut, and the programs that are left.
 */
export function keepFirst<T extends { readonly read: { readonly root: Element } }>(
  programs: readonly T[],
  maxNodes: number,
): { kept: readonly T[]; cut: boolean } {
  const kept = programs.slice(0, maxNodes - 1);
  let left = maxNodes - 1 - kept.length;
  let cut = kept.length < programs.length;
  let level = kept.map(({ read }) => read.root);
  while (level.length > 0) {
    const next: Element[] = [];
    for (const element of level) {
      const children = element.children.filter((child) => !child.gone);
      if (children.length > left) cut = true;
      element.children = children.slice(0, left);
      left -= element.children.length;
      for (const child of element.children) next.push(child);
    }
    level = next;
  }
  return { kept, cut };
}

/** The desktop as one tree. */
export function desktopNode(
  screen: Rectangle | undefined,
  programs: readonly Program[],
  ids: ElementIds,
): TreeNode {
  const statesOf = stateMemo();
  return {
    id: 'desktop',
    role: roleName(ROLE_DESKTOP_FRAME),
    title: 'Desktop',
    ...(screen ? { bounds: screen } : {}),
    states: ['enabled', 'sensitive', 'showing', 'visible'],
    actions: [],
    children: programs.map(({ bus, read }) =>
      toNode(read.root, (element) => ids.idOf(bus.address, element.ref), statesOf),
    ),
  };
}

export function countNodes(node: TreeNode): number {
  return node.children.reduce((sum, child) => sum + countNodes(child), 1);
}

function toNode(
  element: Element,
  idOf: (element: Element) => string,
  statesOf: (states: States) => string[],
): TreeNode {
  const node: TreeNode = {
    id: idOf(element),
    role: roleName(element.role),
    title: element.name,
    states: statesOf(element.states),
    actions: element.actions,
    children: element.children.map((child) => toNode(child, idOf, statesOf)),
  };
  if (element.bounds) node.bounds = element.bounds;
  if (element.bounds && element.approximate) node.bounds_from = 'approximate';
  if (element.description) node.description = element.description;
  if (element.url) node.url = element.url;
  addValue(node, element);
  return node;
}

function addValue(node: TreeNode, { value, textLength }: Element): void {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return;
  node.value = value;
  if (textLength !== undefined && textLength > MAX_TEXT) node.value_length = textLength;
}

/** A desktop has few different sets of states: each is spelled out once. */
function stateMemo(): (states: States) => string[] {
  const known = new Map<number, string[]>();
  return (states) => {
    const key = states.high * 0x1_0000_0000 + states.low;
    let names = known.get(key);
    if (!names) known.set(key, (names = stateNames(states)));
    return names;
  };
}
