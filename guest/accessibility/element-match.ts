// Which nodes of a tree a query means. Nothing here knows of buses or waiting.
import type { ElementInfo, ElementQuery } from '../../protocol/element.ts';
import type { TreeNode } from '../../protocol/tree.ts';

/** What says which element is meant; `state` says how it should be. */
export type Wanted = Omit<ElementQuery, 'state' | 'pid'>;

/** Other words for AT-SPI's roles: those of ARIA, and AT-SPI's own former ones. Without spaces, in lower case. */
const OTHER_ROLES: Readonly<Record<string, readonly string[]>> = {
  pushbutton: ['button'],
  textbox: ['entry', 'text', 'passwordtext'],
  textfield: ['entry', 'text', 'passwordtext'],
  searchbox: ['entry', 'text'],
  input: ['entry', 'text', 'passwordtext'],
  password: ['passwordtext'],
  radio: ['radiobutton'],
  combobox: ['combobox'],
  select: ['combobox'],
  tab: ['pagetab'],
  tablist: ['pagetablist'],
  window: ['frame', 'window', 'dialog'],
  img: ['image'],
  option: ['listitem', 'menuitem'],
  menuitemcheckbox: ['checkmenuitem'],
  menuitemradio: ['radiomenuitem'],
  spinbutton: ['spinbutton'],
  progressbar: ['progressbar'],
  document: ['documentweb', 'documentframe', 'documenttext'],
  cell: ['tablecell'],
  row: ['tablerow'],
};

/**
 * The nodes that are meant: whole titles before parts, what is on the screen before what is not, the active window before
 * others, then as in the tree.
 */
export function matchingNodes(root: TreeNode, wanted: Wanted): TreeNode[] {
  const found: { node: TreeNode; rank: number }[] = [];
  const visit = (node: TreeNode, inActive: boolean): void => {
    const isActive = inActive || node.states.includes('active');
    if (fits(node, wanted)) found.push({ node, rank: rankOf(node, wanted) + (isActive ? 0 : 1) });
    for (const child of node.children) visit(child, isActive);
  };
  for (const application of root.children) visit(application, false);
  return found.sort((a, b) => a.rank - b.rank).map(({ node }) => node);
}

export function idOf({ id }: Pick<ElementQuery, 'id'>): string | undefined {
  if (id === undefined || id === null) return undefined;
  return /^\d+$/.test(String(id)) ? `e${id}` : String(id);
}

function fits(node: TreeNode, wanted: Wanted): boolean {
  const id = idOf(wanted);
  if (id !== undefined && node.id !== id) return false;
  if (isGiven(wanted.role) && !isRole(node.role, wanted.role)) return false;
  const titles = [wanted.title, wanted.name].filter(isGiven);
  if (!titles.every((title) => isText(node.title, title, wanted.exact))) return false;
  return !isGiven(wanted.value) || isValue(node.value, wanted.value, wanted.exact);
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

function isRole(role: string, wanted: string): boolean {
  const [has, asked] = [plain(role), plain(wanted)];
  return has === asked || (Object.hasOwn(OTHER_ROLES, asked) && OTHER_ROLES[asked]?.includes(has) === true);
}

const plain = (role: string): string => role.toLowerCase().replaceAll(/[ _-]/g, '');

function isText(text: string, wanted: string, exact: boolean): boolean {
  return exact ? text.trim() === wanted.trim() : text.toLowerCase().includes(wanted.toLowerCase());
}

function isValue(value: TreeNode['value'], wanted: string | number, exact: boolean): boolean {
  if (value === undefined) return false;
  if (typeof value === 'number') return value === Number(wanted);
  return isText(value, String(wanted), exact);
}

function rankOf(node: TreeNode, { title, name }: Wanted): number {
  const wanted = title ?? name;
  // GTK leaves room for the shortcut in a menu item's name.
  const isWhole = !isGiven(wanted) || node.title.trim().toLowerCase() === wanted.trim().toLowerCase();
  return (isWhole ? 0 : 4) + (node.bounds ? 0 : 2);
}

/** The states that are wanted and missing, or not wanted and there; as they were asked for. */
export function missingStates(node: TreeNode, state: ElementQuery['state']): string[] {
  const wanted = isGiven(state) ? [state].flat() : [];
  return wanted.filter((name) => {
    const isNegated = name.startsWith('!');
    const has = node.states.includes(stateName(isNegated ? name.slice(1) : name));
    return has === isNegated;
  });
}

const stateName = (name: string): string => name.trim().toLowerCase().replaceAll(/[_-]/g, ' ');

/** The first node below `root` that shows a text: in its title or in its value. */
export function nodesWithText(root: TreeNode, text: string): TreeNode[] {
  const wanted = text.toLowerCase();
  const found: TreeNode[] = [];
  const visit = (node: TreeNode): void => {
    const shown = `${node.title}\n${node.value ?? ''}`;
    if (shown.toLowerCase().includes(wanted)) found.push(node);
    node.children.forEach(visit);
  };
  root.children.forEach(visit);
  return found;
}

export function infoOf({ id, role, title, bounds, value, states, actions }: TreeNode): ElementInfo {
  return {
    id,
    role,
    title,
    ...(bounds && { bounds }),
    ...(value !== undefined && { value }),
    states,
    actions,
  };
}

/** How an element is spoken of in errors. */
export function describeQuery(query: ElementQuery | Wanted): string {
  const id = idOf(query);
  const parts = [
    query.role ?? 'element',
    id,
    isGiven(query.title ?? query.name) ? `"${query.title ?? query.name}"` : undefined,
    isGiven(query.value) ? `with value ${JSON.stringify(query.value)}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}
