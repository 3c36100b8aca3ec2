// Actions as those of OpenAI's computer tool.
import type { Point } from '../primitives.ts';
import { translate, type Action, type Translations } from './action.ts';
import { MASKED_TEXT } from './anthropic.ts';
import { openaiKeyName } from './keys.ts';

/** Pixels that one wheel click scrolls: what browsers on X do. */
export const PIXELS_A_CLICK = 120;

export type OpenaiAction =
  | { type: 'click'; button: 'left' | 'right' | 'wheel'; x: number; y: number }
  | { type: 'double_click'; x: number; y: number; keys: null }
  | { type: 'move'; x: number; y: number }
  | { type: 'drag'; path: Point[] }
  | { type: 'scroll'; x: number; y: number; scroll_x: number; scroll_y: number }
  | { type: 'type'; text: string }
  | { type: 'keypress'; keys: string[] }
  | { type: 'wait' }
  | { type: 'screenshot' };

const ORIGIN: Point = { x: 0, y: 0 };

const ACTIONS: Translations<OpenaiAction[]> = {
  click: ({ button, count, at }) => clickActions(button, count, at ?? ORIGIN),
  move: ({ at }) => [{ type: 'move', ...at }],
  drag: ({ path }) => [{ type: 'drag', path: [...path] }],
  scroll: ({ right, down, at }) => {
    const pixels = { scroll_x: right * PIXELS_A_CLICK, scroll_y: down * PIXELS_A_CLICK };
    return [{ type: 'scroll', ...(at ?? ORIGIN), ...pixels }];
  },
  type: ({ text }) => [{ type: 'type', text: text ?? MASKED_TEXT }],
  press: ({ keys }) => [{ type: 'keypress', keys: keys.map(openaiKeyName) }],
  screenshot: () => [{ type: 'screenshot' }],
  mouse_down: () => [],
  mouse_up: () => [],
  key_down: () => [],
  key_up: () => [],
  hold: () => [],
  wait: () => [{ type: 'wait' }],
};

/** One or more actions; none for what the vocabulary has no word for (a button or a key that is held). */
export function openaiActions(action: Action): OpenaiAction[] {
  return translate(action, ACTIONS);
}

/** There is no triple click: it is a double click and one more. Of a double click alone, `keys` may not be left out. */
function clickActions(button: 'left' | 'middle' | 'right', count: number, at: Point): OpenaiAction[] {
  const name = button === 'middle' ? 'wheel' : button;
  const one: OpenaiAction = { type: 'click', button: name, ...at };
  if (count === 1) return [one];
  return [{ type: 'double_click', ...at, keys: null }, ...(count === 3 ? [one] : [])];
}
