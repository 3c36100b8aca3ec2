// A press of a button and what becomes of it: clicks, or a drag.
import type { Button } from '../../protocol/primitives.ts';
import type { InputEventOf } from './input-event.ts';
import type { Gesture, GestureMethod, GestureStart } from './gesture.ts';

type PointerEvent = InputEventOf<'pointer'>;

/** Clicks that follow each other within this are one gesture, as GTK's default has it. Milliseconds. */
const DOUBLE_CLICK_MS = 400;
/** Pixels that the pointer may move while a button is down, and it still is a click. */
const STILL_PX = 5;
/** As many as `drag` takes. */
const PATH_LIMIT = 10_000;

const COUNTED: readonly GestureMethod[] = ['left_click', 'double_click', 'triple_click'];

export class PointerGesture {
  readonly button: Button;
  readonly #startedMs: number;
  #endedMs: number;
  /** Presses: programs take the second as a double click before it is released. */
  #clicks = 1;
  #isDown = true;
  #isDrag = false;
  readonly #path: [number, number][];

  constructor(button: Button, { x, y, at_ms: atMs }: PointerEvent) {
    this.button = button;
    this.#path = [[x, y]];
    this.#startedMs = atMs;
    this.#endedMs = atMs;
  }

  get start(): GestureStart {
    return { method: clickOf(this.button), args: this.#click() };
  }

  /** When it ends if nothing follows; undefined while the button is down. */
  get dueMs(): number | undefined {
    return this.#isDown ? undefined : this.#endedMs + DOUBLE_CLICK_MS;
  }

  /** Whether a press of this button is another click of this gesture. */
  takes(button: Button, { x, y, at_ms: atMs }: PointerEvent): boolean {
    if (this.#isDown || this.button !== button || button !== 'left' || this.#clicks >= COUNTED.length)
      return false;
    return atMs - this.#endedMs <= DOUBLE_CLICK_MS && this.#isNear(x, y);
  }

  press(): void {
    this.#isDown = true;
    this.#clicks += 1;
  }

  move({ x, y, at_ms: atMs }: PointerEvent): void {
    if (!this.#isDown) return;
    this.#endedMs = atMs;
    this.#isDrag ||= !this.#isNear(x, y);
    const [lastX, lastY] = this.#path.at(-1) ?? [];
    if ((lastX !== x || lastY !== y) && this.#path.length < PATH_LIMIT - 1) this.#path.push([x, y]);
  }

  /** After `move` to the same place. Whether nothing more can belong to it. */
  release({ x, y, at_ms: atMs }: PointerEvent): boolean {
    this.#isDown = false;
    this.#endedMs = atMs;
    const last = this.#path.at(-1);
    if (this.#isDrag && last && (last[0] !== x || last[1] !== y)) this.#path.push([x, y]);
    return this.#isDrag || this.button !== 'left' || this.#clicks === COUNTED.length;
  }

  /** What it was, when it has ended. */
  gesture(): Gesture {
    const times = { startedMs: this.#startedMs, endedMs: this.#endedMs };
    if (this.#isDrag) {
      const duration = Math.min(60, (this.#endedMs - this.#startedMs) / 1000);
      return { method: 'drag', args: { path: this.#path, button: this.button, duration }, ...times };
    }
    const method =
      this.button === 'left' ? (COUNTED[this.#clicks - 1] ?? 'left_click') : clickOf(this.button);
    return { method, args: method === 'left_click' ? this.#click() : this.#place(), ...times };
  }

  #click(): Record<string, unknown> {
    return this.button === 'left' ? { ...this.#place(), button: 'left' } : this.#place();
  }

  #place(): { x: number; y: number } {
    const [x, y] = this.#path[0] ?? [0, 0];
    return { x, y };
  }

  #isNear(x: number, y: number): boolean {
    const place = this.#place();
    return Math.abs(x - place.x) <= STILL_PX && Math.abs(y - place.y) <= STILL_PX;
  }
}

function clickOf(button: Button): GestureMethod {
  return `${button}_click`;
}
