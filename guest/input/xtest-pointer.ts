// The pointer by XTEST: held buttons, and everything on machines that nut.js has no native binary for.
import type { Display } from '../x/display.ts';
import type { PointerDevice } from './pointer-device.ts';
import type { Fake, FakeEvent } from './xtest.ts';

/** X's numbers of the buttons. */
export const BUTTON_NUMBERS = { left: 1, middle: 2, right: 3 } as const;
const WHEEL = { up: 4, down: 5, left: 6, right: 7 } as const;

export function createXTestPointer(display: Display, fake: Fake): PointerDevice {
  /** Resolves when the server has handled the events. */
  const send = async (events: readonly FakeEvent[]): Promise<void> => {
    fake(events);
    await display.ask('GetInputFocus');
  };
  const clicks = (detail: number, times: number): FakeEvent[] =>
    Array.from({ length: times }, () => [
      { type: 'buttonPress', detail } as const,
      { type: 'buttonRelease', detail } as const,
    ]).flat();
  return {
    name: 'xtest',
    move: ({ x, y }) => send([{ type: 'motion', x, y }]),
    press: (button) => send([{ type: 'buttonPress', detail: BUTTON_NUMBERS[button] }]),
    release: (button) => send([{ type: 'buttonRelease', detail: BUTTON_NUMBERS[button] }]),
    click: (button) => send(clicks(BUTTON_NUMBERS[button], 1)),
    wheel: (direction, notches) => send(clicks(WHEEL[direction], notches)),
  };
}
