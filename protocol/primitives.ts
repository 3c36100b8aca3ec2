// The small shapes that commands, frames and trees share.
import { z } from 'zod';

/** A screen coordinate in pixels; 0,0 is the top left corner. Fractions are rounded. */
export const Coordinate = z.number().transform((value) => Math.round(value));

export const Point = z.object({ x: z.number().int(), y: z.number().int() });
export type Point = z.infer<typeof Point>;

export const Size = z.object({ width: z.number().int(), height: z.number().int() });
export type Size = z.infer<typeof Size>;

/** A rectangle in screen pixels. */
export const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
});
export type Bounds = z.infer<typeof Bounds>;

export const Button = z.enum(['left', 'middle', 'right']);
export type Button = z.infer<typeof Button>;

/** Who causes an event. `system` is the server itself. */
export const Actor = z.object({
  kind: z.enum(['agent', 'human', 'run', 'system']),
  id: z.string().min(1).max(200),
});
export type Actor = z.infer<typeof Actor>;
