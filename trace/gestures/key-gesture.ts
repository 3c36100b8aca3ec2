// Keys: a text that is typed at one go, or one key or shortcut.
import type { MaskRule } from '../../protocol/privacy/rules.ts';
import type { Gesture, GestureStart } from './gesture.ts';

/** A pause that ends a text. Milliseconds. */
const TYPING_PAUSE_MS = 1000;
/** A key that is held ends its gesture by then. Milliseconds. */
const HOLD_MS = 1000;

export class TextGesture {
  /** Why its keys are not recorded; another reason makes another gesture. */
  readonly rule: MaskRule | undefined;
  readonly #startedMs: number;
  #endedMs: number;
  #text: string;

  constructor(text: string, atMs: number, rule: MaskRule | undefined) {
    this.#text = text;
    this.#startedMs = atMs;
    this.#endedMs = atMs;
    this.rule = rule;
  }

  get dueMs(): number {
    return this.#endedMs + TYPING_PAUSE_MS;
  }

  get start(): GestureStart {
    return { method: 'type_text', args: { text: this.#text, secret: false } };
  }

  takes(atMs: number, rule: MaskRule | undefined): boolean {
    return atMs <= this.dueMs && rule === this.rule;
  }

  write(text: string, atMs: number): void {
    this.#text += text;
    this.#endedMs = atMs;
  }

  gesture(): Gesture {
    return { ...this.start, startedMs: this.#startedMs, endedMs: this.#endedMs };
  }
}

export class KeyGesture {
  readonly keysym: number;
  readonly start: GestureStart;
  readonly #startedMs: number;
  #endedMs: number;

  constructor(keysym: number, start: GestureStart, atMs: number) {
    this.keysym = keysym;
    this.start = start;
    this.#startedMs = atMs;
    this.#endedMs = atMs;
  }

  get dueMs(): number {
    return this.#startedMs + HOLD_MS;
  }

  release(atMs: number): void {
    this.#endedMs = atMs;
  }

  gesture(): Gesture {
    return { ...this.start, startedMs: this.#startedMs, endedMs: this.#endedMs };
  }
}
