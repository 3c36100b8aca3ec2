// Elements of the accessibility tree by themselves: how one is asked for, and how it is answered.
import { z } from 'zod';
import { Bounds } from './primitives.ts';

const States = z.union([z.string().min(1), z.array(z.string().min(1)).max(20)]);

const QUERY = {
  /** An id from a tree or an earlier answer; alone it says all. A number is the same without its letter. */
  id: z.union([z.string().min(1).max(40), z.number().int().positive()]).nullish(),
  /** AT-SPI's name (`button`, `check box`); ARIA's are understood too (`textbox`, `checkbox`). */
  role: z.string().min(1).max(100).nullish(),
  /** What the title contains, whatever the case; `name` is another word for it. */
  title: z.string().max(1000).nullish(),
  name: z.string().max(1000).nullish(),
  /** What the value contains, whatever the case. */
  value: z.union([z.string().max(10_000), z.number()]).nullish(),
  /** States that it must have (`enabled`, `checked`); with `!` before it, one that it must not have. */
  state: States.nullish(),
  /** Title and value are meant whole and to the letter. */
  exact: z.boolean().default(false),
  /** Only elements of this process. */
  pid: z.number().int().positive().nullish(),
};

const WANTED = ['id', 'role', 'title', 'name', 'value', 'state'] as const;
const saysSomething = (query: Partial<Record<(typeof WANTED)[number], unknown>>): boolean =>
  WANTED.some((key) => query[key] !== undefined && query[key] !== null);
const SAY = 'say which element: by id, or by role, title, value or state';

/** Which element is meant. */
export const ElementQuery = z.object(QUERY).refine(saysSomething, SAY);
export type ElementQuery = z.output<typeof ElementQuery>;

/** The same for a command that gives the element a value: `value` is what it gets. */
export const ElementTarget = z.object(QUERY).omit({ value: true });
export type ElementTarget = z.output<typeof ElementTarget>;

export const TARGET_WANTED = { test: saysSomething, message: SAY };

/** An element without its children. */
export const ElementInfo = z.object({
  id: z.string(),
  role: z.string(),
  title: z.string(),
  bounds: Bounds.optional(),
  value: z.union([z.string(), z.number()]).optional(),
  states: z.array(z.string()),
  actions: z.array(z.string()),
});
export type ElementInfo = z.infer<typeof ElementInfo>;
