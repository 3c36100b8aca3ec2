// Frames: screenshots named by the hash of their pixels, and what is said about one when it is recorded.
import { z } from 'zod';
import { ElementAt } from './element-at.ts';
import { Bounds, Point } from './primitives.ts';

/** SHA-256 in hex over the size and the stripe hashes of the pixels; the rule is in frame-id.ts. */
export const FrameId = z.string().regex(/^[0-9a-f]{64}$/);
export type FrameId = z.infer<typeof FrameId>;

/** Rows in one stripe; part of what a frame's id is made from. */
export const STRIPE_ROWS = 32;

/** `video`: the screen changed while it is filmed. */
export const FrameWhen = z.enum(['initial', 'before', 'after', 'requested', 'video', 'final']);
export type FrameWhen = z.infer<typeof FrameWhen>;

/** What the guest says of a frame that it took. Times are the guest's, in milliseconds. */
export const FrameInfo = z.object({
  frame: FrameId,
  width: z.number().int(),
  height: z.number().int(),
  cursor: Point,
  grabbed_ms: z.number(),
  /** The screen had stopped changing. */
  settled: z.boolean(),
  /** Milliseconds from the command to the last change that was seen; 0 if nothing changed. */
  settle_ms: z.number(),
  /** Regions that were already changing before the command and were left out of the rule. */
  busy: z.array(Bounds).optional(),
  /** Before a pointer command: what lies under its point, by a tree that was read `element_age_ms` milliseconds before. */
  element: ElementAt.optional(),
  element_age_ms: z.number().int().optional(),
  /** Why there is none. */
  element_evidence: z.string().optional(),
});
export type FrameInfo = z.infer<typeof FrameInfo>;
