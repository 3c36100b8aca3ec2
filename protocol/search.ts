// Texts in finished traces: what is asked, and what is answered.
import { z } from 'zod';
import { Actor } from './primitives.ts';

export const SearchOptions = z.strictObject({
  /** In whatever case; white space in it stands for any. */
  text: z.string().trim().min(1).max(1000),
  /** Only this one; by default all that are finished, the newest first. */
  trace_id: z.string().optional(),
  /** Findings at the most. */
  limit: z.int().min(1).max(1000).default(100),
});
export type SearchOptions = z.infer<typeof SearchOptions>;
export type SearchOptionsInput = z.input<typeof SearchOptions>;

/** Where in an event the text stands. */
export const FoundPlace = z.object({
  /** The way to a field of the event, `args.text`, or of the tree an element, `push button "Save"`. */
  in: z.string(),
  /** The text with what is around it. */
  text: z.string(),
});
export type FoundPlace = z.infer<typeof FoundPlace>;

/** An event of a trace in which the text stands. */
export const TraceFinding = z.object({
  trace_id: z.string(),
  /** The trace's. */
  name: z.string().nullable(),
  /** Its number in the archive: `event_000012_api_call.json`. */
  event: z.int(),
  type: z.string(),
  /** Seconds since the trace began. */
  relative_time: z.number(),
  /** The command, of `api_call` and `accessibility_tree`. */
  method: z.string().optional(),
  actor: Actor.optional(),
  step_id: z.string().optional(),
  /** The archive's picture of what the command led to. */
  screenshot: z.string().optional(),
  places: z.array(FoundPlace),
});
export type TraceFinding = z.infer<typeof TraceFinding>;

export const SearchAnswer = z.object({
  findings: z.array(TraceFinding),
  /** There are more than the limit. */
  more: z.boolean(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;
