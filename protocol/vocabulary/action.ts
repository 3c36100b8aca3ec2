// What an input command does, in the words that the computer-use vocabularies share. The tables beside this file say it
// in those of Anthropic, OpenAI and pyautogui.
import { commandSpec, resolveCommand, type CommandName, type CommandParams } from '../commands/table.ts';
import type { Button, Point } from '../primitives.ts';

/** Points are screen pixels; wheel clicks count to the right and down. */
export type Action =
  | { readonly type: 'click'; readonly button: Button; readonly count: 1 | 2 | 3; readonly at?: Point }
  | { readonly type: 'move'; readonly at: Point }
  /** Seconds. */
  | {
      readonly type: 'drag';
      readonly button: Button;
      readonly path: readonly Point[];
      readonly seconds: number;
    }
  | { readonly type: 'mouse_down'; readonly button: Button; readonly at?: Point }
  | { readonly type: 'mouse_up'; readonly button: Button; readonly at?: Point }
  | { readonly type: 'scroll'; readonly right: number; readonly down: number; readonly at?: Point }
  /** `text` is absent where it was masked. */
  | { readonly type: 'type'; readonly text?: string }
  /** Pressed together, in this order. */
  | { readonly type: 'press'; readonly keys: readonly string[] }
  | { readonly type: 'key_down'; readonly key: string }
  | { readonly type: 'key_up'; readonly key: string }
  /** Held together for so many seconds. */
  | { readonly type: 'hold'; readonly keys: readonly string[]; readonly seconds: number }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'screenshot' };
export type ActionType = Action['type'];
export type ActionOf<T extends ActionType> = Extract<Action, { type: T }>;

/** One translation for each kind of action. */
export type Translations<R> = { readonly [T in ActionType]: (action: ActionOf<T>) => R };

export function translate<R>(action: Action, translations: Translations<R>): R {
  // The translation belongs to this very kind; TypeScript cannot follow that from a name to a union's member.
  return (translations[action.type] as (action: Action) => R)(action);
}

type Params = { [N in CommandName]: CommandParams<N> };
type Reading<N extends CommandName> = (params: Params[N], pointer: Point | undefined) => Action;

const READINGS: { readonly [N in CommandName]?: Reading<N> } = {
  left_click: ({ button, ...place }, pointer) => click(button, 1, place, pointer),
  right_click: (place, pointer) => click('right', 1, place, pointer),
  middle_click: (place, pointer) => click('middle', 1, place, pointer),
  double_click: (place, pointer) => click('left', 2, place, pointer),
  triple_click: (place, pointer) => click('left', 3, place, pointer),
  mouse_down: ({ button, ...place }, pointer) => ({ type: 'mouse_down', button, ...at(place, pointer) }),
  mouse_up: ({ button, ...place }, pointer) => ({ type: 'mouse_up', button, ...at(place, pointer) }),
  move_cursor: ({ x, y }) => ({ type: 'move', at: { x, y } }),
  drag_to: ({ x, y, button, duration }, pointer) => ({
    type: 'drag',
    button,
    path: [...(pointer ? [pointer] : []), { x, y }],
    seconds: duration,
  }),
  drag: ({ path, button, duration }) => ({
    type: 'drag',
    button,
    path: path.map(([x, y]) => ({ x, y })),
    seconds: duration,
  }),
  scroll: scrollOf,
  scroll_down: ({ clicks }, pointer) => wheel(0, clicks, pointer),
  scroll_up: ({ clicks }, pointer) => wheel(0, -clicks, pointer),
  scroll_direction: ({ direction, clicks }, pointer) => {
    const sign = direction === 'up' || direction === 'left' ? -clicks : clicks;
    return direction === 'up' || direction === 'down' ? wheel(0, sign, pointer) : wheel(sign, 0, pointer);
  },
  type_text: ({ text }) => (typeof text === 'string' ? { type: 'type', text } : { type: 'type' }),
  press_key: ({ key }) => ({ type: 'press', keys: chordKeys(key) }),
  hotkey: ({ keys }) => ({ type: 'press', keys: keys.flatMap(chordKeys) }),
  key_down: ({ key }) => ({ type: 'key_down', key }),
  key_up: ({ key }) => ({ type: 'key_up', key }),
  hold_key: ({ key, duration }) => ({ type: 'hold', keys: chordKeys(key), seconds: duration }),
  wait: ({ duration }) => ({ type: 'wait', seconds: duration }),
  screenshot: () => ({ type: 'screenshot' }),
};

/**
 * The action of a recorded command; undefined for what is none (files, processes, the tree).
 *
 * @param args as they were recorded, without what was masked
 * @param pointer where the pointer was before the command; what has no place of its own happens there
 */
export function actionOf(method: string, args: unknown, pointer?: Point): Action | undefined {
  const name = resolveCommand(method);
  const reading = name && (READINGS[name] as Reading<CommandName> | undefined);
  const params = name && paramsOf(name, args);
  return params && reading?.(params, pointer);
}

/** As the command takes them; undefined where it would refuse them. A text that was masked is not there. */
function paramsOf(name: CommandName, args: unknown): Params[CommandName] | undefined {
  const parsed = commandSpec(name).params.safeParse(args ?? {});
  if (parsed.success) return parsed.data as Params[CommandName];
  return name === 'type_text' ? {} : undefined;
}

/** The keys of `ctrl+shift+t`; `+` alone, and at the end, is the key itself. */
export function chordKeys(chord: string): string[] {
  if (chord.length <= 1) return [chord];
  const parts = chord.endsWith('++') ? [...chord.slice(0, -2).split('+'), '+'] : chord.split('+');
  return parts.map((part) => (part.length > 1 ? part.trim() : part));
}

interface Place {
  readonly x?: number | null | undefined;
  readonly y?: number | null | undefined;
}

function at({ x, y }: Place, pointer: Point | undefined): { at?: Point } {
  if (typeof x === 'number' && typeof y === 'number') return { at: { x, y } };
  return pointer ? { at: pointer } : {};
}

function click(button: Button, count: 1 | 2 | 3, place: Place, pointer: Point | undefined): Action {
  return { type: 'click', button, count, ...at(place, pointer) };
}

function wheel(right: number, down: number, pointer: Point | undefined): Action {
  return { type: 'scroll', right, down, ...(pointer ? { at: pointer } : {}) };
}

/** Cua's form: x and y are wheel clicks, unless scroll_x or scroll_y stand beside them. Up is positive there. */
function scrollOf(params: CommandParams<'scroll'>, pointer: Point | undefined): Action {
  const { x, y, scroll_x: right = 0, scroll_y: up = 0 } = params;
  const isAtPlace = params.scroll_x !== undefined || params.scroll_y !== undefined;
  if (!isAtPlace) return wheel(Math.round(x), -Math.round(y), pointer);
  return wheel(Math.round(right), -Math.round(up), { x: Math.round(x), y: Math.round(y) });
}
