// One thing that a person did with a viewer, with its time.
import { z } from 'zod';
import { MaskRule } from '../../protocol/privacy/rules.ts';

/** Milliseconds since 1970, of the host. */
const At = { at_ms: z.number() };

export const InputEvent = z.discriminatedUnion('kind', [
  /** `buttons`: RFB's mask, one bit for each that is down; 1 left, 2 middle, 4 right, then the wheel: up, down, left, right. */
  z.object({
    kind: z.literal('pointer'),
    x: z.number().int(),
    y: z.number().int(),
    buttons: z.number().int(),
    ...At,
  }),
  /** Without `keysym` where the key is not to be known; `masked` is the rule. */
  z.object({
    kind: z.literal('key'),
    down: z.boolean(),
    keysym: z.number().int().optional(),
    masked: MaskRule.optional(),
    ...At,
  }),
  /** The viewer's clipboard. Bytes. */
  z.object({ kind: z.literal('clipboard'), length: z.number().int(), ...At }),
  /** The viewer spoke in a way that is not known: nothing that it gives from now on can be recorded. */
  z.object({ kind: z.literal('unread'), message: z.number().int(), ...At }),
]);
export type InputEvent = z.infer<typeof InputEvent>;
export type InputEventOf<K extends InputEvent['kind']> = Extract<InputEvent, { kind: K }>;

/** A key, without saying which; `rule`: why. */
export function withoutKey({ kind, down, at_ms }: InputEventOf<'key'>, rule: MaskRule): InputEventOf<'key'> {
  return { kind, down, at_ms, masked: rule };
}
