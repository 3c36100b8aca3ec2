// The commands that find elements and use them by what their programs offer, without pointer or keyboard.
import { COMMANDS, type CommandName } from '../../protocol/commands/table.ts';
import type { ElementQuery } from '../../protocol/element.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Call, Handlers } from '../handlers.ts';
import type { WindowManager } from '../windows/window-manager.ts';
import type { Accessibility } from './accessibility.ts';
import { doAction, GRAB_FOCUS } from './atspi.ts';
import { infoOf } from './element-match.ts';
import { setValue } from './element-value.ts';
import { findElements, theBest } from './elements.ts';

type ElementCommand = Extract<
  CommandName,
  'find_element' | 'invoke_element' | 'focus_element' | 'set_element_value'
>;
export type ElementHandlers = Pick<Handlers, ElementCommand>;

export interface ElementParts {
  readonly accessibility: Pick<Accessibility, 'readTree' | 'element'>;
  readonly windows: WindowManager;
  /** For values that their programs take from the keyboard alone. */
  readonly keys: Pick<Handlers, 'type_text' | 'hotkey' | 'press_key'>;
}

const LIMITS = COMMANDS.get_accessibility_tree.params.parse({});

export function createElementHandlers({ accessibility, windows, keys }: ElementParts): ElementHandlers {
  const find = (query: ElementQuery, signal: AbortSignal): ReturnType<typeof findElements> =>
    findElements(accessibility, query, LIMITS, signal);
  const one = async (query: ElementQuery, signal: AbortSignal): Promise<TreeNode> =>
    theBest(await find(query, signal), query);
  const again = async ({ id }: TreeNode, signal: AbortSignal): Promise<TreeNode> =>
    one({ id, exact: false }, signal);
  const focus = async (node: TreeNode, signal: AbortSignal): Promise<void> => {
    await activateWindowOf(node, accessibility, windows, signal);
    const taken = await accessibility.element(node.id).ask(GRAB_FOCUS, (body) => body.boolean(), signal);
    if (!taken) throw refused(node, 'it does not take the focus');
  };
  return {
    find_element: async (query, { signal }) => {
      const found = await find(query, signal);
      const element = infoOf(theBest(found, query));
      const elements = found.nodes.map(infoOf);
      return {
        element,
        elements,
        ...(found.unavailable.length > 0 && { unavailable: [...found.unavailable] }),
      };
    },
    invoke_element: async ({ action, ...query }, { signal }) => {
      const node = await one(query, signal);
      const index = actionIndex(node, action);
      const taken = await accessibility
        .element(node.id)
        .ask(doAction(index), (body) => body.boolean(), signal);
      if (!taken) throw refused(node, 'it did not take the action');
      return { element: infoOf(node), action: node.actions[index] ?? '' };
    },
    focus_element: async (query, { signal }) => {
      const node = await one(query, signal);
      await focus(node, signal);
      return { element: infoOf(await again(node, signal)) };
    },
    set_element_value: async ({ value, secret, ...target }, call) => {
      const { signal } = call;
      const node = await one(target, signal);
      if (!(await setValue(node, value, accessibility.element(node.id), signal))) {
        await focus(node, signal);
        await typeOver(String(value), secret, keys, call);
      }
      return { element: infoOf(await again(node, signal)) };
    },
  };
}

/** Browsers offer no other way to their fields than a person has. */
async function typeOver(
  text: string,
  secret: boolean,
  keys: ElementParts['keys'],
  call: Call,
): Promise<void> {
  await keys.hotkey({ keys: ['ctrl', 'a'] }, call);
  if (text === '') await keys.press_key({ key: 'delete' }, call);
  else await keys.type_text({ text, secret }, call);
}

function actionIndex({ role, title, actions }: TreeNode, wanted: string | undefined): number {
  const index = wanted === undefined ? 0 : actions.findIndex((name) => sameName(name, wanted));
  if (index >= 0 && index < actions.length) return index;
  const offers = actions.length > 0 ? `its actions are ${actions.join(', ')}` : 'it has no actions; click it';
  throw new DeskreelError('unsupported', `${role} "${title}" has no action ${wanted ?? ''}: ${offers}`);
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function refused({ role, title }: TreeNode, why: string): DeskreelError {
  return new DeskreelError('command_failed', `${role} "${title}": ${why}`);
}

/** Keys go to the window that is active, whatever has the focus inside of another. */
async function activateWindowOf(
  node: TreeNode,
  accessibility: ElementParts['accessibility'],
  windows: WindowManager,
  signal: AbortSignal,
): Promise<void> {
  const { pid } = accessibility.element(node.id);
  const own = (await windows.find('')).filter((window) => window.pid === pid && window.mapped);
  const { bounds } = node;
  const around = own.find(
    ({ place }) =>
      bounds &&
      bounds.x >= place.x &&
      bounds.y >= place.y &&
      bounds.x < place.x + place.width &&
      bounds.y < place.y + place.height,
  );
  const window = around ?? own[0];
  if (window) await windows.activate(window.id, signal);
}
