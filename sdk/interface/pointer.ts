// Methods that work the pointer. Coordinates are pixels of the screen; 0,0 is the top left corner.
import type { Button } from '../../protocol/primitives.ts';
import type { Call, CallOptions } from './call.ts';

export interface ClickOptions extends CallOptions {
  /** Default `left`. */
  button?: Button;
}

export interface DragOptions extends ClickOptions {
  /** Seconds that the way takes, 0 to 60. Default 0.5. */
  duration?: number;
}

export function pointerMethods(call: Call) {
  return {
    /** Clicks at x, y, or where the pointer is. Throws `out_of_screen`. */
    async leftClick(
      x?: number,
      y?: number,
      { button = 'left', ...options }: ClickOptions = {},
    ): Promise<void> {
      await call('left_click', { x, y, button }, options);
    },
    /** Clicks with the right button at x, y, or where the pointer is. */
    async rightClick(x?: number, y?: number, options?: CallOptions): Promise<void> {
      await call('right_click', { x, y }, options);
    },
    /** Clicks with the middle button at x, y, or where the pointer is. */
    async middleClick(x?: number, y?: number, options?: CallOptions): Promise<void> {
      await call('middle_click', { x, y }, options);
    },
    /** Clicks twice at x, y, or where the pointer is. */
    async doubleClick(x?: number, y?: number, options?: CallOptions): Promise<void> {
      await call('double_click', { x, y }, options);
    },
    /** Clicks three times at x, y, or where the pointer is. */
    async tripleClick(x?: number, y?: number, options?: CallOptions): Promise<void> {
      await call('triple_click', { x, y }, options);
    },
    /** Presses a button (default `left`) and holds it until `mouseUp`, or until the session ends. */
    async mouseDown(x?: number, y?: number, button: Button = 'left', options?: CallOptions): Promise<void> {
      await call('mouse_down', { x, y, button }, options);
    },
    /** Lets a button (default `left`) go. */
    async mouseUp(x?: number, y?: number, button: Button = 'left', options?: CallOptions): Promise<void> {
      await call('mouse_up', { x, y, button }, options);
    },
    /** Moves the pointer to x, y. */
    async moveCursor(x: number, y: number, options?: CallOptions): Promise<void> {
      await call('move_cursor', { x, y }, options);
    },
    /** Drags from where the pointer is to x, y. */
    async dragTo(x: number, y: number, options: DragOptions = {}): Promise<void> {
      const { button = 'left', duration = 0.5, ...rest } = options;
      await call('drag_to', { x, y, button, duration }, rest);
    },
    /** Presses at the first point, goes along the others and lets go at the last. */
    async drag(path: readonly (readonly [number, number])[], options: DragOptions = {}): Promise<void> {
      const { button = 'left', duration = 0.5, ...rest } = options;
      await call('drag', { path: path.map(([x, y]): [number, number] => [x, y]), button, duration }, rest);
    },
  };
}

export type PointerMethods = ReturnType<typeof pointerMethods>;
