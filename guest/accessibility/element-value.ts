// Gives an element a value: a text, a number, or whether it is checked.
import { DeskreelError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import {
  doAction,
  GET_INTERFACES,
  HAS_EDITABLE_TEXT,
  HAS_VALUE,
  readInterfaces,
  setCurrentValue,
  setTextContents,
} from './atspi.ts';
import type { LiveElement } from './live-element.ts';

/**
 * False where it is a text that only the keyboard can change. Throws `unsupported` where the element has no such value,
 * `command_failed` where it does not take this one.
 */
export async function setValue(
  node: TreeNode,
  value: string | number | boolean,
  element: LiveElement,
  signal: AbortSignal,
): Promise<boolean> {
  if (typeof value === 'boolean') {
    await setChecked(node, value, element, signal);
    return true;
  }
  const interfaces = await element.ask(GET_INTERFACES, readInterfaces, signal);
  const number = Number(value);
  const isNumber = typeof value === 'number' || !(interfaces & HAS_EDITABLE_TEXT);
  if (interfaces & HAS_VALUE && isNumber && Number.isFinite(number)) {
    await element.ask(setCurrentValue(number), () => undefined, signal);
  } else if (interfaces & HAS_EDITABLE_TEXT) {
    const taken = await element.ask(setTextContents(String(value)), (body) => body.boolean(), signal);
    if (!taken)
      throw new DeskreelError('command_failed', `${node.role} "${node.title}" did not take the text`);
  } else if (node.states.includes('editable')) {
    return false;
  } else {
    throw new DeskreelError('unsupported', `${node.role} "${node.title}" has no value that can be set`);
  }
  return true;
}

const CHECKED = ['checked', 'pressed', 'selected'] as const;

async function setChecked(
  node: TreeNode,
  wanted: boolean,
  element: LiveElement,
  signal: AbortSignal,
): Promise<void> {
  if (CHECKED.some((state) => node.states.includes(state)) === wanted) return;
  if (node.actions.length === 0)
    throw new DeskreelError('unsupported', `${node.role} "${node.title}" cannot be checked`);
  const taken = await element.ask(doAction(0), (body) => body.boolean(), signal);
  if (!taken) throw new DeskreelError('command_failed', `${node.role} "${node.title}" did not change`);
}
