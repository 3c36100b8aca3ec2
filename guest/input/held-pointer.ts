// The pointer by two devices: nut.js, and XTEST for buttons that stay down and all that happens until they are up.
// nut.js waits for the X server with the whole agent, and a held button may be what keeps the server from answering:
// a window manager that moves a window as an outline has it to itself until the button is up. XTEST goes over a
// connection that is answered all the same.
import type { Button } from '../../protocol/primitives.ts';
import type { PointerDevice } from './pointer-device.ts';

export function withHeldButtonsBy(held: PointerDevice, free: PointerDevice): PointerDevice {
  const down = new Set<Button>();
  const now = (): PointerDevice => (down.size > 0 ? held : free);
  return {
    name: free.name,
    move: (to) => now().move(to),
    press: (button) => {
      down.add(button);
      return held.press(button);
    },
    release: async (button) => {
      await held.release(button);
      down.delete(button);
    },
    click: (button) => now().click(button),
    wheel: (direction, notches) => now().wheel(direction, notches),
  };
}
