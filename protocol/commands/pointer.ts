// Commands that work the pointer. Names and parameters are those of Cua's computer-server.
import { z } from 'zod';
import { Button, Coordinate } from '../primitives.ts';
import { Done, inputs } from './spec.ts';

const Place = { x: Coordinate.nullish(), y: Coordinate.nullish() };
const Clicks = z.number().int().min(1).max(100).default(1);
/** Seconds. */
const Duration = z.number().min(0).max(60).default(0.5);

export const pointerCommands = {
  left_click: inputs({
    title: 'Click',
    params: z.object({ ...Place, button: Button.default('left') }),
    result: Done,
  }),
  right_click: inputs({ title: 'Right click', params: z.object(Place), result: Done }),
  middle_click: inputs({ title: 'Middle click', params: z.object(Place), result: Done }),
  double_click: inputs({ title: 'Double click', params: z.object(Place), result: Done }),
  triple_click: inputs({ title: 'Triple click', params: z.object(Place), result: Done }),
  mouse_down: inputs({
    title: 'Press button',
    params: z.object({ ...Place, button: Button.default('left') }),
    result: Done,
  }),
  mouse_up: inputs({
    title: 'Release button',
    params: z.object({ ...Place, button: Button.default('left') }),
    result: Done,
  }),
  move_cursor: inputs({
    title: 'Move pointer',
    params: z.object({ x: Coordinate, y: Coordinate }),
    result: Done,
    idempotent: true,
  }),
  drag_to: inputs({
    title: 'Drag to',
    params: z.object({ x: Coordinate, y: Coordinate, button: Button.default('left'), duration: Duration }),
    result: Done,
    timeoutMs: 70_000,
  }),
  drag: inputs({
    title: 'Drag along a path',
    params: z.object({
      path: z
        .array(z.tuple([Coordinate, Coordinate]))
        .min(1, 'Path is empty')
        .max(10_000),
      button: Button.default('left'),
      duration: Duration,
    }),
    result: Done,
    timeoutMs: 70_000,
  }),
  scroll: inputs({
    title: 'Scroll',
    // Cua's form: x and y are wheel amounts. With scroll_x or scroll_y beside them, x and y are the position.
    params: z.object({
      x: z.number().default(0),
      y: z.number().default(0),
      scroll_x: z.number().optional(),
      scroll_y: z.number().optional(),
    }),
    result: Done,
  }),
  scroll_down: inputs({ title: 'Scroll down', params: z.object({ clicks: Clicks }), result: Done }),
  scroll_up: inputs({ title: 'Scroll up', params: z.object({ clicks: Clicks }), result: Done }),
  scroll_direction: inputs({
    title: 'Scroll',
    params: z.object({ direction: z.enum(['up', 'down', 'left', 'right']), clicks: Clicks }),
    result: Done,
  }),
};
