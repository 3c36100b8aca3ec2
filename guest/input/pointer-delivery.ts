// Whether the programs have been given what the pointer did. A window manager that raises windows by click has the X server
// hold each press back until it has looked at it, and all that the pointer does meanwhile; keys are not held back, and
// overtake: typed right after a click, they would go to the window that had the focus before it.
import type { Button } from '../../protocol/primitives.ts';
import type { Display } from '../x/display.ts';

interface Pointer {
  readonly keyMask: number;
}

/** The state bits of buttons 1 to 5; 4 and 5 are the wheel's. */
const BUTTONS = 0x1f00;
/** And those of the buttons that can be held. */
export const BUTTON_BITS: Record<Button, number> = { left: 0x100, middle: 0x200, right: 0x400 };
/** A window manager that does not answer for so long hangs, and its clicks will never be given out. Milliseconds. */
const LONGEST_MS = 2000;

/**
 * Resolves when no press is held back any more. While one is, its button is still down for the X server, whatever
 * came after it; `held` are the buttons that are meant to be down.
 */
export async function pointerDelivered(
  display: Display,
  held: Iterable<Button>,
  signal: AbortSignal,
): Promise<void> {
  let meant = 0;
  for (const button of held) meant |= BUTTON_BITS[button];
  const until = performance.now() + LONGEST_MS;
  do {
    signal.throwIfAborted();
    const { keyMask } = await display.ask<Pointer>('QueryPointer', display.root);
    if ((keyMask & BUTTONS & ~meant) === 0) return;
  } while (performance.now() < until);
}
