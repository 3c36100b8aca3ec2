// The element that a pointer command is about, as the accessibility tree told of it.
import { z } from 'zod';
import { Bounds, Point } from './primitives.ts';

/** Longest name that is kept of an element, in characters. */
export const MAX_ELEMENT_NAME = 200;

const Named = z.object({ role: z.string(), name: z.string() });

export const ElementAt = z.object({
  /** Its id in the tree. */
  id: z.string(),
  ...Named.shape,
  bounds: Bounds,
  /** What it lies in, from the application down to its parent. */
  path: z.array(Named),
});
export type ElementAt = z.infer<typeof ElementAt>;

/** Where the element is looked for: at a point, or where the pointer is. */
export const ElementPlace = z.union([Point, z.literal('pointer')]);
export type ElementPlace = z.infer<typeof ElementPlace>;
