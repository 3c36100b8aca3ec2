// One drag: the button is held along the whole path, and the pointer takes its time over it.
import { setTimeout as after } from 'node:timers/promises';
import type { Button, Point } from '../../protocol/primitives.ts';
import type { PointerDevice } from './pointer-device.ts';

/** Milliseconds between two moves: as often as a screen shows them. */
const STEP_MS = 16;
/** The pointer travels at least this many steps between two points: programs want to see motion to begin a drag. */
const MIN_STEPS = 4;

export interface Drag {
  /** The first point is where the button goes down. */
  readonly path: readonly Point[];
  readonly button: Button;
  readonly seconds: number;
}

/** What drags, and how it knows that it is followed. */
export interface DragHand {
  readonly device: PointerDevice;
  /** Resolves when the window manager has seen what the pointer did so far. */
  readonly seen: (signal: AbortSignal) => Promise<void>;
}

/** Drags; whatever happens the button is up afterwards. Rejects with the signal's reason. */
export async function dragPath(drag: Drag, { device, seen }: DragHand, signal: AbortSignal): Promise<void> {
  const [start, ...rest] = drag.path;
  if (!start) return;
  signal.throwIfAborted();
  await device.move(start);
  await device.press(drag.button);
  try {
    await seen(signal);
    const moves = dragMoves(start, rest, drag.seconds);
    const began = performance.now();
    for (const [index, move] of moves.entries()) {
      signal.throwIfAborted();
      const wait = began + move.at - performance.now();
      if (wait > 0) await after(wait, undefined, { signal });
      await device.move(move.to);
      if (index === 0 || index === moves.length - 1) await seen(signal);
    }
  } finally {
    await device.release(drag.button);
  }
}

export interface Move {
  readonly to: Point;
  /** Milliseconds after the drag began. */
  readonly at: number;
}

/** The moves of a drag at constant speed; every point of the path is among them, the last at its end. */
export function dragMoves(start: Point, rest: readonly Point[], seconds: number): Move[] {
  const total = seconds * 1000;
  const lengths = rest.map((to, index) => distance(rest[index - 1] ?? start, to));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const moves: Move[] = [];
  let from = start;
  let begun = 0;
  for (const [index, to] of rest.entries()) {
    const time = whole === 0 ? total / rest.length : (total * (lengths[index] ?? 0)) / whole;
    const steps = Math.max(rest.length > 100 ? 1 : MIN_STEPS, Math.ceil(time / STEP_MS));
    for (let step = 1; step <= steps; step += 1) {
      moves.push({ to: between(from, to, step / steps), at: begun + (time * step) / steps });
    }
    from = to;
    begun += time;
  }
  return moves;
}

const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y);

const between = (a: Point, b: Point, part: number): Point => ({
  x: Math.round(a.x + (b.x - a.x) * part),
  y: Math.round(a.y + (b.y - a.y) * part),
});
