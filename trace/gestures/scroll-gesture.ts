// Notches of the wheel at one place, one after the other.
import type { InputEventOf } from './input-event.ts';
import type { Gesture, GestureStart } from './gesture.ts';

/** Notches that follow each other within this are one gesture. Milliseconds. */
const SCROLL_PAUSE_MS = 400;

export class ScrollGesture {
  readonly #at: { x: number; y: number };
  readonly #startedMs: number;
  #endedMs: number;
  #right: number;
  #up: number;

  constructor({ x, y, at_ms: atMs }: InputEventOf<'pointer'>, right: number, up: number) {
    this.#at = { x, y };
    this.#startedMs = atMs;
    this.#endedMs = atMs;
    this.#right = right;
    this.#up = up;
  }

  get dueMs(): number {
    return this.#endedMs + SCROLL_PAUSE_MS;
  }

  /** With an amount beside them, x and y are the position; up is positive, as in Cua's form. */
  get start(): GestureStart {
    return { method: 'scroll', args: { ...this.#at, scroll_x: this.#right, scroll_y: this.#up } };
  }

  takes({ x, y, at_ms: atMs }: InputEventOf<'pointer'>): boolean {
    return x === this.#at.x && y === this.#at.y && atMs <= this.dueMs;
  }

  turn(right: number, up: number, atMs: number): void {
    this.#right += right;
    this.#up += up;
    this.#endedMs = atMs;
  }

  gesture(): Gesture {
    return { ...this.start, startedMs: this.#startedMs, endedMs: this.#endedMs };
  }
}
