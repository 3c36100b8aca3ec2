// What moves the pointer and works its buttons and wheel: nut.js, and XTEST while a button is held and where nut.js
// cannot be loaded.
import type { Button, Point } from '../../protocol/primitives.ts';

export type WheelDirection = 'up' | 'down' | 'left' | 'right';

export interface PointerDevice {
  readonly name: 'nut' | 'xtest';
  /** At once, without travelling. */
  move(to: Point): Promise<void>;
  press(button: Button): Promise<void>;
  release(button: Button): Promise<void>;
  click(button: Button): Promise<void>;
  wheel(direction: WheelDirection, notches: number): Promise<void>;
}
