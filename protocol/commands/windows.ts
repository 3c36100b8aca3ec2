// Commands on windows. A window's place and size are what a person sees: the title bar counted in, shadows left out.
import { z } from 'zod';
import { Bounds, Coordinate } from '../primitives.ts';
import { Done, inputs, NoParams, reads } from './spec.ts';

/** X's id of a window; clients that keep ids as text may send text. */
const WindowId = z.union([
  z.number().int().positive(),
  z
    .string()
    .regex(/^\d+$/, 'a window id is a number')
    .transform((text) => Number(text)),
]);
const OnWindow = z.object({ window_id: WindowId });
const Length = z.number().positive().max(32_767).transform(Math.round);

export const windowCommands = {
  get_current_window_id: reads({
    title: 'Active window',
    params: NoParams,
    result: z.object({ window_id: z.number().int() }),
  }),
  get_active_window_title: reads({
    title: "Active window's title",
    params: NoParams,
    result: z.object({ title: z.string() }),
  }),
  get_active_window_bounds: reads({
    title: "Active window's bounds",
    params: NoParams,
    result: z.object({ bounds: Bounds }),
  }),
  get_application_windows: reads({
    title: "Application's windows",
    // What the program's name (WM_CLASS) or the window's title contains, whatever the case; empty for all.
    params: z.object({ app: z.string().max(1000) }),
    result: z.object({ windows: z.array(z.number().int()) }),
  }),
  get_window_name: reads({
    title: "Window's title",
    params: OnWindow,
    result: z.object({ name: z.string() }),
  }),
  get_window_size: reads({
    title: "Window's size",
    params: OnWindow,
    result: z.object({ width: z.number().int(), height: z.number().int() }),
  }),
  get_window_position: reads({
    title: "Window's position",
    params: OnWindow,
    result: z.object({ x: z.number().int(), y: z.number().int() }),
  }),
  set_window_size: inputs({
    title: 'Resize window',
    params: OnWindow.extend({ width: Length, height: Length }),
    // What it has then: its program may allow only some sizes.
    result: z.object({ width: z.number().int(), height: z.number().int() }),
  }),
  set_window_position: inputs({
    title: 'Move window',
    params: OnWindow.extend({ x: Coordinate, y: Coordinate }),
    result: z.object({ x: z.number().int(), y: z.number().int() }),
  }),
  maximize_window: inputs({ title: 'Maximise window', params: OnWindow, result: Done }),
  minimize_window: inputs({ title: 'Minimise window', params: OnWindow, result: Done }),
  activate_window: inputs({ title: 'Activate window', params: OnWindow, result: Done }),
  close_window: inputs({
    title: 'Close window',
    params: OnWindow,
    // False where its program keeps it open: most ask first what to do with unsaved changes.
    result: z.object({ closed: z.boolean() }),
  }),
};
