// A desktop's accessibility tree as the elements of a snapshot.
import type { Bounds, Size } from '../../primitives.ts';
import type { TreeNode } from '../../tree.ts';
import type { SnapshotElement } from '../snapshot.ts';
import { collapsed, firstCharacters } from '../text.ts';
import { importanceOf } from './importance.ts';
import { snapshotRole, type RoleUse } from './roles.ts';
import { centreOf, contains, isCovered, windowsOf, type TreeWindow } from './windows.ts';

/** Characters of an element's text. */
const TEXT_LENGTH = 100;

interface Place {
  readonly windows: readonly TreeWindow[];
  readonly window: TreeWindow;
  readonly screen: Bounds;
}

/** Elements with the most important first; those that matter the same in the order of the tree. */
export function elementsOfTree(tree: TreeNode, size: Size): SnapshotElement[] {
  const windows = windowsOf(tree);
  const screen = { x: 0, y: 0, ...size };
  const elements = windows.flatMap((window) => [...elementsIn(window.node, { windows, window, screen })]);
  return elements.sort((a, b) => b.importance - a.importance);
}

/** The window that has the keyboard; undefined where only the desktop is there. */
export function activeWindow(tree: TreeNode): TreeNode | undefined {
  const windows = windowsOf(tree).filter(({ level }) => level > 0);
  return windows.find(({ active }) => active)?.node;
}

function* elementsIn(node: TreeNode, place: Place): Generator<SnapshotElement> {
  const element = node.bounds && elementOf(node, node.bounds, place);
  if (element) yield element;
  for (const child of node.children) yield* elementsIn(child, place);
}

function elementOf(node: TreeNode, bounds: Bounds, place: Place): SnapshotElement | undefined {
  const { name, use } = snapshotRole(node.role);
  const text = textOf(node);
  if (!isWorthTelling(node, use, text)) return undefined;
  const has = (state: string): boolean => node.states.includes(state);
  const { windows, window, screen } = place;
  const centre = centreOf(bounds);
  const inViewport = contains(screen, centre);
  const isOccluded = isCovered(windows, window.level, centre);
  const isClickable = isEnabled(node) && (use === 'input' || use === 'control' || node.actions.length > 0);
  const isPrimary = has('is default');
  return {
    id: Number(node.id.replace(/^\D+/, '')),
    role: name,
    text,
    importance: importanceOf({
      use,
      focused: has('focused'),
      primary: isPrimary,
      inActiveWindow: window.active,
      hasText: text !== '',
      enabled: isEnabled(node) || use === 'content',
      reachable: inViewport && !isOccluded,
    }),
    bbox: { ...bounds },
    visual_cues: { is_primary: isPrimary, is_clickable: isClickable },
    in_viewport: inViewport,
    is_occluded: isOccluded,
    z_index: window.level,
    ...(node.role === 'password text' ? { is_password: true } : {}),
  };
}

function isWorthTelling(node: TreeNode, use: RoleUse, text: string): boolean {
  if (use === 'frame') return node.role === 'frame' || node.role === 'dialog';
  return use === 'input' || use === 'control' ? true : text !== '';
}

/** Toolkits call it either. */
function isEnabled({ states }: TreeNode): boolean {
  return states.includes('sensitive') || states.includes('enabled');
}

/** Title and value on one line, for a model cannot be told anything by a line break. No value of a password. */
function textOf({ role, title, value, description }: TreeNode): string {
  const name = collapsed(title);
  const shown = role === 'password text' || value === undefined ? '' : collapsed(String(value));
  const parts = [name, shown === name ? '' : shown].filter((part) => part !== '');
  const text = parts.length > 0 ? parts.join(': ') : collapsed(description ?? '');
  return firstCharacters(text, TEXT_LENGTH);
}
