// Keys and buttons that an agent which died had pressed: X keeps them down until somebody lifts them.
import type { Held } from '../../protocol/link.ts';
import type { Button } from '../../protocol/primitives.ts';
import type { Display } from '../x/display.ts';
import { BUTTON_BITS } from './pointer-delivery.ts';
import { BUTTON_NUMBERS } from './xtest-pointer.ts';
import type { Fake, FakeEvent } from './xtest.ts';

const BUTTONS: readonly Button[] = ['left', 'middle', 'right'];

/** Lifts what is down; to be called before anything is pressed. What a viewer holds is on a device of its own. */
export async function liftLeftovers(display: Display, fake: Fake): Promise<Held> {
  const [{ keyMask }, keymap] = await Promise.all([
    display.ask<{ keyMask: number }>('QueryPointer', display.root),
    display.ask<ArrayLike<number>>('QueryKeymap'),
  ]);
  const buttons = BUTTONS.filter((button) => (keyMask & BUTTON_BITS[button]) !== 0);
  const keys = Array.from(keymap).flatMap((byte, index) => bitsOf(byte).map((bit) => index * 8 + bit));
  const lifts: FakeEvent[] = [
    ...keys.map((detail) => ({ type: 'keyRelease', detail }) as const),
    ...buttons.map((button) => ({ type: 'buttonRelease', detail: BUTTON_NUMBERS[button] }) as const),
  ];
  fake(lifts);
  return { buttons, keys: keys.length };
}

function bitsOf(byte: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte & (1 << bit)) !== 0);
}
