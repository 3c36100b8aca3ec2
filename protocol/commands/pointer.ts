// Commands that work the pointer. Names and parameters are those of Cua's computer-server.
import { z } from 'zod';
import { Button, Coordinate } from '../primitives.ts';
import { Done, pointsAt, startsAtPointer } from './spec.ts';

const Place = { x: Coordinate.nullish(), y: Coordinate.nullish() };
const Clicks = z.number().int().min(1).max(100).default(1);
/** Seconds. */
const Duration = z.number().min(0).max(60).default(0.5);

export const pointerCommands = {
  left_click: pointsAt({
    title: 'Click',
    params: z.object({ ...Place, button: Button.default('left') }),
    result: Done,
  }),
  right_click: pointsAt({ title: 'Right click', params: z.object(Place), result: Done }),
  middle_click: pointsAt({ title: 'Middle click', params: z.object(Place), result: Done }),
  double_click: pointsAt({ title: 'Double click', params: z.object(Place), result: Done }),
  triple_click: pointsAt({ title: 'Triple click', params: z.object(Place), result: Done }),
  mouse_down: pointsAt({
    title: 'Press button',
    params: z.object({ ...Place, button: Button.default('left') }),
    result: Done,
  }),
  mouse_up: pointsAt({
    title: 'Release button',
    params: z.object({ ...Place, button: Button.default('left') }),
    result: Done,
  }),
  move_cursor: pointsAt({
    title: 'Move pointer',
    params: z.object({ x: Coordinate, y: Coordinate }),
    result: Done,
    idempotent: true,
  }),
  drag_to: startsAtPointer({
    title: 'Drag to',
    params: z.object({ x: Coordinate, y: Coordinate, button: Button.default('left'), duration: Duration }),
    result: Done,
    timeoutMs: 70_000,
  }),
  drag: pointsAt({
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
  scroll: startsAtPointer({
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
  scroll_down: startsAtPointer({ title: 'Scroll down', params: z.object({ clicks: Clicks }), result: Done }),
  scroll_up: startsAtPointer({ title: 'Scroll up', params: z.object({ clicks: Clicks }), result: Done }),
  scroll_direction: startsAtPointer({
    title: 'Scroll',
    params: z.object({ direction: z.enum(['up', 'down', 'left', 'right']), clicks: Clicks }),
    result: Done,
  }),
};
