// Methods that turn the wheel.
import type { Call, CallOptions } from './call.ts';

export interface ScrollOptions extends CallOptions {
  /** Wheel clicks to the right (negative: left). With it, or with scrollY, x and y are the position. */
  scrollX?: number;
  /** Wheel clicks up (negative: down). With it, or with scrollX, x and y are the position. */
  scrollY?: number;
}

export function scrollMethods(call: Call) {
  return {
    /**
     * Turns the wheel by x clicks to the right and y clicks up, where the pointer is.
     * With `scrollX` or `scrollY`, those are the clicks, and x and y the place.
     */
    async scroll(x: number, y: number, { scrollX, scrollY, ...options }: ScrollOptions = {}): Promise<void> {
      await call('scroll', { x, y, scroll_x: scrollX, scroll_y: scrollY }, options);
    },
    /** Turns the wheel down, one click by default. */
    async scrollDown(clicks = 1, options?: CallOptions): Promise<void> {
      await call('scroll_down', { clicks }, options);
    },
    /** Turns the wheel up, one click by default. */
    async scrollUp(clicks = 1, options?: CallOptions): Promise<void> {
      await call('scroll_up', { clicks }, options);
    },
    /** Turns the wheel in a direction, one click by default. */
    async scrollDirection(
      direction: 'up' | 'down' | 'left' | 'right',
      clicks = 1,
      options?: CallOptions,
    ): Promise<void> {
      await call('scroll_direction', { direction, clicks }, options);
    },
  };
}

export type ScrollMethods = ReturnType<typeof scrollMethods>;
