// Actions as inputs of Anthropic's computer tool (computer_20250124 and later).
import type { Button, Point } from '../primitives.ts';
import { translate, type Action, type Translations } from './action.ts';
import { xChord } from './keys.ts';

export interface AnthropicAction {
  readonly action: string;
  readonly coordinate?: readonly [number, number];
  readonly start_coordinate?: readonly [number, number];
  readonly text?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly scroll_direction?: 'up' | 'down' | 'left' | 'right';
  /** Wheel clicks. */
  readonly scroll_amount?: number;
}

/** What stands where a text was masked. */
export const MASKED_TEXT = '***';

const CLICKS = {
  left: ['left_click', 'double_click', 'triple_click'],
  right: ['right_click', 'right_click', 'right_click'],
  middle: ['middle_click', 'middle_click', 'middle_click'],
} as const;

const INPUTS: Translations<AnthropicAction[]> = {
  click: ({ button, count, at }) => [
    { action: CLICKS[button][count - 1] ?? 'left_click', ...coordinate(at) },
  ],
  move: ({ at }) => [{ action: 'mouse_move', ...coordinate(at) }],
  drag: ({ path }) => dragActions(path),
  mouse_down: ({ button, at }) => pressActions('left_mouse_down', button, at),
  mouse_up: ({ button, at }) => pressActions('left_mouse_up', button, at),
  scroll: ({ right, down, at }) => scrollActions(right, down, at),
  type: ({ text }) => [{ action: 'type', text: text ?? MASKED_TEXT }],
  press: ({ keys }) => [{ action: 'key', text: xChord(keys) }],
  // `hold_key` holds for a time that a key_down does not know.
  key_down: () => [],
  key_up: () => [],
  hold: ({ keys, seconds }) => [{ action: 'hold_key', text: xChord(keys), duration: seconds }],
  wait: ({ seconds }) => [{ action: 'wait', duration: seconds }],
  screenshot: () => [{ action: 'screenshot' }],
};

/** One or more inputs, several for what takes the tool several; none for what it has no word for. */
export function anthropicActions(action: Action): AnthropicAction[] {
  return translate(action, INPUTS);
}

/** The tool has the left button only, and presses where the pointer is. */
function pressActions(action: string, button: Button, at: Point | undefined): AnthropicAction[] {
  if (button !== 'left') return [];
  return at ? [{ action: 'mouse_move', ...coordinate(at) }, { action }] : [{ action }];
}

/** Two points are the tool's drag; a way with corners is pressed, gone and let go. */
function dragActions(path: readonly Point[]): AnthropicAction[] {
  const [first, ...rest] = path;
  const last = rest.at(-1);
  if (!first) return [];
  if (!last) return [{ action: 'left_click_drag', ...coordinate(first) }];
  if (path.length === 2) {
    return [{ action: 'left_click_drag', start_coordinate: [first.x, first.y], ...coordinate(last) }];
  }
  return [
    { action: 'mouse_move', ...coordinate(first) },
    { action: 'left_mouse_down' },
    ...rest.map((point) => ({ action: 'mouse_move', ...coordinate(point) })),
    { action: 'left_mouse_up' },
  ];
}

function scrollActions(right: number, down: number, at: Point | undefined): AnthropicAction[] {
  const place = coordinate(at);
  const one = (direction: AnthropicAction['scroll_direction'] & string, amount: number): AnthropicAction => ({
    action: 'scroll',
    ...place,
    scroll_direction: direction,
    scroll_amount: Math.abs(amount),
  });
  return [
    ...(down === 0 ? [] : [one(down > 0 ? 'down' : 'up', down)]),
    ...(right === 0 ? [] : [one(right > 0 ? 'right' : 'left', right)]),
  ];
}

function coordinate(at: Point | undefined): Pick<AnthropicAction, 'coordinate'> {
  return at ? { coordinate: [at.x, at.y] } : {};
}
