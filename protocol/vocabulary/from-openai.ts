// Actions of OpenAI's computer tools as commands of the table: `computer_use_preview` sends one, `computer` several.
// Source of names and fields: the types of the `openai` package; a test compares them.
import { z } from 'zod';
import { parseWith } from '../codec.ts';
import { chordKeys } from './action.ts';
import { PIXELS_A_CLICK } from './openai.ts';
import { plan, step, type ActionPlan, type CommandStep } from './plan.ts';
import { toScreen, type Scaling } from './scaling.ts';

/** The model's `wait` names no time. Seconds. */
export const WAIT_SECONDS = 2;

const At = { x: z.number(), y: z.number() };
/** Keys that are held meanwhile. */
const Held = { keys: z.array(z.string().min(1)).nullish() };

export const OpenAIAction = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('click'),
    button: z.enum(['left', 'right', 'wheel', 'back', 'forward']).default('left'),
    ...At,
    ...Held,
  }),
  z.object({ type: z.literal('double_click'), ...At, ...Held }),
  z.object({ type: z.literal('drag'), path: z.array(z.object(At)).min(1), ...Held }),
  z.object({ type: z.literal('keypress'), keys: z.array(z.string().min(1)).min(1) }),
  z.object({ type: z.literal('move'), ...At, ...Held }),
  z.object({ type: z.literal('screenshot') }),
  z.object({ type: z.literal('scroll'), ...At, scroll_x: z.number(), scroll_y: z.number(), ...Held }),
  z.object({ type: z.literal('type'), text: z.string() }),
  z.object({ type: z.literal('wait') }),
]);
export type OpenAIAction = z.output<typeof OpenAIAction>;
type Of<T extends OpenAIAction['type']> = Extract<OpenAIAction, { type: T }>;

/**
 * What an action stands for; coordinates are those of the model's picture.
 * Throws `bad_params` for a field that is wrong, `out_of_screen` for a place outside.
 */
export function openaiPlan(action: unknown, scaling: Scaling): ActionPlan {
  const read = parseWith(OpenAIAction, action, 'action', 'bad_params');
  // The table ties a plan to its own action; across its rows that is not expressible.
  return PLANS[read.type](read as never, scaling);
}

type Plans = { [T in OpenAIAction['type']]: (action: Of<T>, scaling: Scaling) => ActionPlan };

const PLANS: Plans = {
  click: (action, scaling) => plan(clickSteps(action, scaling), namesOf(action.keys)),
  double_click: (action, scaling) =>
    plan([step('double_click', toScreen(scaling, action))], namesOf(action.keys)),
  drag: ({ path, keys }, scaling) => {
    const points = path.map((point): [number, number] => {
      const { x, y } = toScreen(scaling, point);
      return [x, y];
    });
    return plan([step('drag', { path: points })], namesOf(keys));
  },
  keypress: ({ keys }) => {
    const names = namesOf(keys);
    const [key = ''] = names;
    return plan([names.length > 1 ? step('hotkey', { keys: names }) : step('press_key', { key })]);
  },
  move: (action, scaling) => plan([step('move_cursor', toScreen(scaling, action))], namesOf(action.keys)),
  screenshot: () => ({ ...plan([]), shows: 'screen' }),
  scroll: (action, scaling) => {
    const at = toScreen(scaling, action);
    const scroll_x = notches(action.scroll_x);
    // Down is positive there, up is positive here.
    const scroll_y = 0 - notches(action.scroll_y);
    return plan([step('scroll', { ...at, scroll_x, scroll_y })], namesOf(action.keys));
  },
  type: ({ text }) => plan(text === '' ? [] : [step('type_text', { text })]),
  wait: () => plan([step('wait', { duration: WAIT_SECONDS })]),
};

function clickSteps(action: Of<'click'>, scaling: Scaling): CommandStep[] {
  const at = toScreen(scaling, action);
  switch (action.button) {
    case 'left':
      return [step('left_click', at)];
    case 'right':
      return [step('right_click', at)];
    case 'wheel':
      return [step('middle_click', at)];
    // Those two buttons go back and forward in browsers and file managers; so do these keys.
    case 'back':
      return [step('move_cursor', at), step('hotkey', { keys: ['alt', 'Left'] })];
    case 'forward':
      return [step('move_cursor', at), step('hotkey', { keys: ['alt', 'Right'] })];
  }
}

/** The model names keys in upper case: `A` is the key, not the capital letter. */
function namesOf(keys: readonly string[] | null | undefined): string[] {
  return (keys ?? []).flatMap(chordKeys).map((key) => (/^[A-Z]$/.test(key) ? key.toLowerCase() : key));
}

/** Whole notches, and at least one where there is any distance at all. */
function notches(pixels: number): number {
  const rounded = Math.round(Math.abs(pixels) / PIXELS_A_CLICK);
  return pixels === 0 ? 0 : Math.sign(pixels) * Math.max(rounded, 1);
}
