// The guest's eyes: frames of the screen that cost what changed and never change themselves.
import type { Point, Size } from '../../protocol/primitives.ts';
import { systemClock, type Clock } from '../clock.ts';
import { openDisplay } from '../x/display.ts';
import { watchDamage } from './damage.ts';
import { createEncoder, type Encoder } from './encoder.ts';
import { openGrabber } from './grabber.ts';
import { Mirror } from './mirror.ts';
import type { Shot } from './shot.ts';

export type { Shot } from './shot.ts';

export interface Screen extends Encoder {
  size(): Size;
  /** The pointer, asked for now. */
  cursor(): Promise<Point>;
  /**
   * The screen of one moment, not earlier than the call. Where nothing was drawn since the last grab it is the very
   * same frame, for one round trip to the X server. Rejects when the X server is gone.
   */
  grab(): Promise<Shot>;
  /** Tells of drawing; whether pixels changed by it, only a grab shows. Returns what ends it. */
  onDamage(listener: (atMs: number) => void): () => void;
  /** How pixels come: `shm` or `wire`; and how often they were fetched. */
  figures(): { way: 'shm' | 'wire'; fetches: number };
  /** Called once, when the X server is gone or `close` was called. */
  onEnd(listener: () => void): void;
  close(): void;
}

/** Opens a connection of its own; rejects where no X server answers or its pixels are not understood. */
export async function openScreen(displayName: string, clock: Clock = systemClock): Promise<Screen> {
  const display = await openDisplay(displayName);
  const damage = await watchDamage(display, clock);
  const grabber = await openGrabber(display);
  const mirror = new Mirror({ display, damage, grabber, clock });
  await mirror.start();
  return {
    ...createEncoder(),
    size: () => mirror.size,
    cursor: () => mirror.cursor(),
    grab: () => mirror.grab(),
    onDamage: (listener) => damage.onDamage(listener),
    figures: () => ({ way: grabber.way, fetches: mirror.fetches }),
    onEnd: (listener) => {
      display.onEnd(listener);
    },
    close: () => {
      display.close();
    },
  };
}
