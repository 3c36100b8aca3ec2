// Actions of Anthropic's computer tool, all four versions, as commands of the table.
// Source of names and fields: the types of @anthropic-ai/sdk; a test compares them.
import { z } from 'zod';
import { parseWith } from '../codec.ts';
import { DeskreelError } from '../errors.ts';
import type { Button, Point } from '../primitives.ts';
import { chordKeys } from './action.ts';
import { isKeyName } from './keys.ts';
import { plan, step, type ActionPlan, type CommandStep } from './plan.ts';
import { toScreen, type Scaling } from './scaling.ts';

const Coordinate = z.tuple([z.number(), z.number()]);
const Text = z.string().min(1);
/** Seconds. */
const Duration = z.number().min(0);

/** Where, or where the pointer is; and keys that are held meanwhile. Reference code calls those `key`. */
const Click = { coordinate: Coordinate.nullish(), text: z.string().nullish(), key: z.string().nullish() };

/** The input of each action, as the model sends it. */
export const ANTHROPIC_INPUTS = {
  key: z.object({ text: z.string().min(1), repeat: z.number().int().min(1).max(100).nullish() }),
  type: z.object({ text: z.string() }),
  cursor_position: z.object({}),
  mouse_move: z.object({ coordinate: Coordinate }),
  left_click: z.object(Click),
  right_click: z.object(Click),
  middle_click: z.object(Click),
  double_click: z.object(Click),
  triple_click: z.object(Click),
  left_click_drag: z.object({ ...Click, coordinate: Coordinate, start_coordinate: Coordinate.nullish() }),
  left_mouse_down: z.object({}),
  left_mouse_up: z.object({}),
  scroll: z.object({
    ...Click,
    scroll_direction: z.enum(['up', 'down', 'left', 'right']),
    /** Clicks of the wheel. */
    scroll_amount: z.number().int().min(0),
  }),
  hold_key: z.object({ text: Text, duration: Duration }),
  wait: z.object({ duration: Duration }),
  screenshot: z.object({}),
  zoom: z.object({ region: z.tuple([z.number(), z.number(), z.number(), z.number()]) }),
};

export type AnthropicActionName = keyof typeof ANTHROPIC_INPUTS;
type Input<N extends AnthropicActionName> = z.output<(typeof ANTHROPIC_INPUTS)[N]>;

export const ANTHROPIC_ACTIONS = Object.keys(ANTHROPIC_INPUTS) as AnthropicActionName[];

export type AnthropicVersion = '20241022' | '20250124' | '20251124' | '20260801';

const FIRST: readonly AnthropicActionName[] = [
  'key', 'type', 'mouse_move', 'left_click', 'left_click_drag', 'right_click', 'middle_click', 'double_click',
  'screenshot', 'cursor_position',
]; // prettier-ignore
const SECOND = ANTHROPIC_ACTIONS.filter((name) => name !== 'zoom');

/** Which actions a version of the tool has. */
export const ANTHROPIC_VERSIONS: Readonly<Record<AnthropicVersion, readonly AnthropicActionName[]>> = {
  20241022: FIRST,
  20250124: SECOND,
  20251124: ANTHROPIC_ACTIONS,
  20260801: ANTHROPIC_ACTIONS,
};

/**
 * What an action stands for. `input` holds the action's own fields; coordinates are those of the model's picture.
 * Throws `bad_params` for what the version does not have or a field that is wrong, `out_of_screen` for a place outside.
 */
export function anthropicPlan(
  name: string,
  input: unknown,
  scaling: Scaling,
  version: AnthropicVersion = '20260801',
): ActionPlan {
  const action = ANTHROPIC_VERSIONS[version].find((known) => known === name);
  if (!action) {
    const known = ANTHROPIC_VERSIONS[version].join(', ');
    throw new DeskreelError('bad_params', `computer_${version} has no action ${name}; it has ${known}`);
  }
  const fields = parseWith(ANTHROPIC_INPUTS[action], input ?? {}, action, 'bad_params');
  // Read by the schema of the action's own name; across the table's rows that is not expressible.
  return PLANS[action](fields as never, scaling);
}

type Plans = { [N in AnthropicActionName]: (input: Input<N>, scaling: Scaling) => ActionPlan };

const PLANS: Plans = {
  key: ({ text, repeat }) => {
    const once = chordsOf(text).map(pressOf);
    return plan(Array.from({ length: repeat ?? 1 }, () => once).flat());
  },
  type: ({ text }) => plan(text === '' ? [] : [step('type_text', { text })]),
  cursor_position: () => ({ ...plan([step('get_cursor_position', {})]), shows: 'position' }),
  mouse_move: ({ coordinate }, scaling) => plan([step('move_cursor', place(coordinate, scaling))]),
  left_click: (input, scaling) => clickPlan('left_click', input, scaling),
  right_click: (input, scaling) => clickPlan('right_click', input, scaling),
  middle_click: (input, scaling) => clickPlan('middle_click', input, scaling),
  double_click: (input, scaling) => clickPlan('double_click', input, scaling),
  triple_click: (input, scaling) => clickPlan('triple_click', input, scaling),
  left_click_drag: (input, scaling) => {
    const end = place(input.coordinate, scaling);
    if (!input.start_coordinate) return plan([step('drag_to', end)], held(input));
    const start = place(input.start_coordinate, scaling);
    const path: [number, number][] = [
      [start.x, start.y],
      [end.x, end.y],
    ];
    return plan([step('drag', { path })], held(input));
  },
  left_mouse_down: () => plan([step('mouse_down', LEFT)]),
  left_mouse_up: () => plan([step('mouse_up', LEFT)]),
  scroll: (input, scaling) => plan(scrollSteps(input, scaling), held(input)),
  hold_key: ({ text, duration }) => {
    const chords = chordsOf(text);
    return plan([step('hold_key', { key: chords.join('+'), duration })]);
  },
  wait: ({ duration }) => plan([step('wait', { duration })]),
  screenshot: () => ({ ...plan([]), shows: 'screen' }),
  zoom: ({ region: [left, top, right, bottom] }, scaling) => {
    const from = toScreen(scaling, { x: left, y: top });
    // The far corner is outside of the region: at the screen's edge it lies just beyond the last pixel.
    const last = toScreen(scaling, { x: right - 1, y: bottom - 1 });
    const { screen, model } = scaling;
    const x2 = Math.max(Math.min(Math.round((right * screen.width) / model.width), screen.width), last.x);
    const y2 = Math.max(Math.min(Math.round((bottom * screen.height) / model.height), screen.height), last.y);
    return { ...plan([step('zoom', { region: [from.x, from.y, x2, y2] })]), shows: 'region' };
  },
};

const LEFT: { button: Button } = { button: 'left' };

function pressOf(chord: string): CommandStep {
  const keys = chordKeys(chord);
  const [key = chord] = keys;
  return keys.length > 1 ? step('hotkey', { keys }) : step('press_key', { key });
}

type ClickName = 'left_click' | 'right_click' | 'middle_click' | 'double_click' | 'triple_click';

function clickPlan(name: ClickName, input: Input<ClickName>, scaling: Scaling): ActionPlan {
  const at = input.coordinate ? place(input.coordinate, scaling) : {};
  return plan([step(name, at)], held(input));
}

function held({
  text,
  key,
}: {
  text?: string | null | undefined;
  key?: string | null | undefined;
}): string[] {
  const chord = text ?? key ?? '';
  return chord.trim() === '' ? [] : chordKeys(chord.trim());
}

function place([x, y]: readonly [number, number], scaling: Scaling): Point {
  return toScreen(scaling, { x, y });
}

function scrollSteps(input: Input<'scroll'>, scaling: Scaling): CommandStep[] {
  const { scroll_direction: direction, scroll_amount: clicks, coordinate } = input;
  const at = coordinate ? place(coordinate, scaling) : undefined;
  if (clicks === 0) return at ? [step('move_cursor', at)] : [];
  if (!at) return [step('scroll_direction', { direction, clicks })];
  const amount = direction === 'up' || direction === 'right' ? clicks : -clicks;
  const isVertical = direction === 'up' || direction === 'down';
  return [step('scroll', { ...at, ...(isVertical ? { scroll_y: amount } : { scroll_x: amount }) })];
}

/** Chords one after the other, as xdotool reads them: `ctrl+a Delete`. A name with a space in it is one key. */
function chordsOf(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') return ['space'];
  return isKeyName(trimmed) ? [trimmed] : trimmed.split(/\s+/);
}
