// What AT-SPI's roles are in a snapshot: the names that models know from pages (ARIA's), and what each is good for.

/**
 * - `input`: takes text or a value
 * - `control`: does something, or takes the user somewhere
 * - `item`: can be chosen among others
 * - `content`: is read
 * - `frame`: holds others; becomes an element only where something can be done with it
 */
export type RoleUse = 'input' | 'control' | 'item' | 'content' | 'frame';

interface Role {
  readonly name: string;
  readonly use: RoleUse;
}

/** Of docs/snapshots.md, which lists them for people. */
const ROLES: Readonly<Record<string, Role>> = {
  button: { name: 'button', use: 'control' },
  'push button': { name: 'button', use: 'control' },
  'toggle button': { name: 'button', use: 'control' },
  'push button menu': { name: 'button', use: 'control' },
  link: { name: 'link', use: 'control' },
  entry: { name: 'textbox', use: 'input' },
  text: { name: 'textbox', use: 'input' },
  'password text': { name: 'textbox', use: 'input' },
  editbar: { name: 'textbox', use: 'input' },
  terminal: { name: 'textbox', use: 'input' },
  'document text': { name: 'textbox', use: 'input' },
  autocomplete: { name: 'searchbox', use: 'input' },
  'spin button': { name: 'spinbutton', use: 'input' },
  slider: { name: 'slider', use: 'input' },
  'combo box': { name: 'combobox', use: 'input' },
  'check box': { name: 'checkbox', use: 'control' },
  'check menu item': { name: 'checkbox', use: 'control' },
  switch: { name: 'checkbox', use: 'control' },
  'radio button': { name: 'radio', use: 'control' },
  'radio menu item': { name: 'radio', use: 'control' },
  menu: { name: 'menuitem', use: 'control' },
  'menu item': { name: 'menuitem', use: 'control' },
  'tearoff menu item': { name: 'menuitem', use: 'control' },
  'page tab': { name: 'tab', use: 'control' },
  'list item': { name: 'listitem', use: 'item' },
  'tree item': { name: 'treeitem', use: 'item' },
  'table cell': { name: 'cell', use: 'item' },
  'column header': { name: 'columnheader', use: 'control' },
  'table column header': { name: 'columnheader', use: 'control' },
  icon: { name: 'image', use: 'item' },
  'desktop icon': { name: 'image', use: 'item' },
  image: { name: 'image', use: 'content' },
  label: { name: 'generic', use: 'content' },
  static: { name: 'generic', use: 'content' },
  paragraph: { name: 'generic', use: 'content' },
  heading: { name: 'heading', use: 'content' },
  caption: { name: 'generic', use: 'content' },
  notification: { name: 'alert', use: 'content' },
  alert: { name: 'alert', use: 'content' },
  'info bar': { name: 'alert', use: 'content' },
  'status bar': { name: 'status', use: 'content' },
  'progress bar': { name: 'progressbar', use: 'content' },
  frame: { name: 'window', use: 'frame' },
  dialog: { name: 'dialog', use: 'frame' },
};

/** What is in no row of the table. */
const OTHER: Role = { name: 'generic', use: 'frame' };

export function snapshotRole(role: string): Role {
  return Object.hasOwn(ROLES, role) ? (ROLES[role] ?? OTHER) : OTHER;
}
