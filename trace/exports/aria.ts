// A recorded tree as Playwright's ARIA snapshot: AT-SPI's roles and states in ARIA's words.
import type { TreeNode } from '../../protocol/tree.ts';

/** One node of Playwright's ARIA snapshot. */
export interface AriaNode {
  role: string;
  name?: string;
  checked?: boolean;
  disabled?: boolean;
  expanded?: boolean;
  active?: boolean;
  pressed?: boolean;
  selected?: boolean;
  ref?: string;
  box?: { x: number; y: number; width: number; height: number };
  text?: string;
  children?: AriaNode[];
}

/** AT-SPI's names that ARIA has another for; the rest loses its spaces. */
const ROLES: Readonly<Record<string, string>> = {
  'push button': 'button', 'toggle button': 'button', 'check box': 'checkbox', 'radio button': 'radio',
  'menu bar': 'menubar', 'menu item': 'menuitem', 'check menu item': 'menuitemcheckbox',
  'radio menu item': 'menuitemradio', 'page tab': 'tab', 'page tab list': 'tablist', text: 'textbox',
  entry: 'textbox', 'password text': 'textbox', 'combo box': 'combobox', 'spin button': 'spinbutton',
  'list item': 'listitem', 'table cell': 'cell', 'table row': 'row', 'column header': 'columnheader',
  'row header': 'rowheader', 'tree item': 'treeitem', 'scroll bar': 'scrollbar', 'progress bar': 'progressbar',
  'tool bar': 'toolbar', 'tool tip': 'tooltip', 'status bar': 'status', 'document web': 'document',
  'document frame': 'document', image: 'img', icon: 'img', frame: 'group', filler: 'generic', panel: 'generic',
  label: 'text', window: 'group', 'desktop frame': 'generic',
}; // prettier-ignore

const CHECKABLE = new Set(['checkbox', 'radio', 'menuitemcheckbox', 'menuitemradio', 'switch']);

/** The nodes of a snapshot: what the desktop's root holds. */
export function ariaNodes(tree: TreeNode): AriaNode[] {
  return [ariaNode(tree)];
}

function ariaNode(node: TreeNode): AriaNode {
  const role = ROLES[node.role] ?? node.role.replaceAll(' ', '');
  const children = node.children.map(ariaNode);
  return {
    role,
    ...(node.title === '' ? {} : { name: node.title }),
    ...statesOf(node, role),
    ref: node.id,
    ...(node.bounds ? { box: node.bounds } : {}),
    ...(typeof node.value === 'string' && node.value !== '' ? { text: node.value } : {}),
    ...(children.length > 0 ? { children } : {}),
  };
}

function statesOf({ states }: TreeNode, role: string): Partial<AriaNode> {
  const has = (state: string): boolean => states.includes(state);
  return {
    ...(CHECKABLE.has(role) ? { checked: has('checked') } : {}),
    // What has no states at all (an application) is not disabled.
    ...(states.length === 0 || has('enabled') || has('sensitive') ? {} : { disabled: true }),
    ...(has('expandable') ? { expanded: has('expanded') } : {}),
    ...(has('pressed') ? { pressed: true } : {}),
    ...(has('selected') ? { selected: true } : {}),
    ...(has('focused') ? { active: true } : {}),
  };
}
