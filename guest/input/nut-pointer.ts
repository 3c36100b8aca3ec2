// The pointer by nut.js: its provider, not its `mouse`, whose own delays and busy waiting are many times slower.
import { writeFileSync } from 'node:fs';
import type { PointerDevice } from './pointer-device.ts';

/** Rejects where nut.js or its native binary cannot be loaded. */
export async function openNutPointer(): Promise<PointerDevice> {
  const { Button, providerRegistry } = await import('@nut-tree/nut-js');
  const mouse = providerRegistry.getMouse();
  mouse.setMouseDelay(0);
  sleepPunctually();
  const codes = { left: Button.LEFT, middle: Button.MIDDLE, right: Button.RIGHT };
  return {
    name: 'nut',
    move: (to) => mouse.setMousePosition(to),
    press: (button) => mouse.pressButton(codes[button]),
    release: (button) => mouse.releaseButton(codes[button]),
    click: (button) => mouse.click(codes[button]),
    wheel: async (direction, notches) => {
      if (direction === 'up') await mouse.scrollUp(notches);
      else if (direction === 'down') await mouse.scrollDown(notches);
      // On X11 its left and right are each other's: it sends button 7 for left, which turns to the right.
      else if (direction === 'left') await mouse.scrollRight(notches);
      else await mouse.scrollLeft(notches);
    },
  };
}

/**
 * However short its delay, nut.js sleeps after each move and each click, and a sleep of no time lasts as long as the kernel
 * may be late with a timer: 50 µs. It may be a nanosecond late from here on, in this thread, which is the one that sleeps.
 */
function sleepPunctually(): void {
  try {
    writeFileSync('/proc/self/timerslack_ns', '1');
  } catch {
    // Kernels that emulate Linux need not have it: nut.js is slower there, and that is all.
  }
}
