// What a person did, in the words of the command table: what an agent would have to call for the same.
import { z } from 'zod';

export const GestureMethod = z.enum([
  'left_click',
  'right_click',
  'middle_click',
  'double_click',
  'triple_click',
  'drag',
  'scroll',
  'type_text',
  'press_key',
  'hotkey',
  'key_down',
  'key_up',
]);
export type GestureMethod = z.infer<typeof GestureMethod>;

export interface Gesture {
  readonly method: GestureMethod;
  readonly args: Readonly<Record<string, unknown>>;
  /** Of its first event and of its last. Milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs: number;
}

/** What an event begins: as much as is known of it before the event has an effect. */
export type GestureStart = Pick<Gesture, 'method' | 'args'>;

/** What is recorded of a gesture as it begins, beside its events: what is wanted to tell of it where nobody saw its end. */
export const GestureBegin = z.object({
  method: GestureMethod,
  /** Modifiers that were down already. Keysyms. */
  held: z.array(z.number().int()).optional(),
  /** It could not be learnt what its keys go to. */
  focus: z.literal('unknown').optional(),
});
export type GestureBegin = z.infer<typeof GestureBegin>;

/** In the order in which they are so: what was under way has ended, and what begins with the event. */
export type GestureStep =
  | { readonly kind: 'begins'; readonly start: GestureStart }
  | { readonly kind: 'ends'; readonly gesture: Gesture };
