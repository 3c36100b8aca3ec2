// Input events of one viewer to gestures. Pure: it has no clock but the times of the events, so that it makes the same of a
// recorded stream as it made of the live one.
import type { Button } from '../../protocol/primitives.ts';
import type { MaskRule } from '../../protocol/privacy/rules.ts';
import { RFB_BUTTON } from '../../protocol/rfb/viewer-messages.ts';
import type { InputEvent, InputEventOf } from './input-event.ts';
import type { Gesture, GestureStart, GestureStep } from './gesture.ts';
import { characterOf, keyName, modifierOf, type Modifier } from './key-name.ts';
import { KeyGesture, TextGesture } from './key-gesture.ts';
import { PointerGesture } from './pointer-gesture.ts';
import { ScrollGesture } from './scroll-gesture.ts';

const BUTTONS: readonly (readonly [bit: number, button: Button])[] = [
  [RFB_BUTTON.left, 'left'],
  [RFB_BUTTON.middle, 'middle'],
  [RFB_BUTTON.right, 'right'],
];
/** Right and up are positive. */
const WHEEL: readonly (readonly [bit: number, right: number, up: number])[] = [
  [RFB_BUTTON.up, 0, 1],
  [RFB_BUTTON.down, 0, -1],
  [RFB_BUTTON.wheelLeft, -1, 0],
  [RFB_BUTTON.wheelRight, 1, 0],
];

interface Held {
  readonly keysym: number;
  readonly atMs: number;
  /** Something was done while it was down: it says nothing by itself. */
  isUsed: boolean;
  /** It was told to be down, by a gesture of its own. */
  isTold: boolean;
}

type Current = PointerGesture | ScrollGesture | TextGesture | KeyGesture;

export class GestureReducer {
  #current: Current | undefined;
  #buttons = 0;
  readonly #modifiers: Map<number, Held>;

  /** `held`: modifiers that are down already, of which nothing is to be told any more. Keysyms. */
  constructor(held: readonly number[] = []) {
    const used = { atMs: 0, isUsed: true, isTold: false };
    this.#modifiers = new Map(held.map((keysym) => [keysym, { keysym, ...used }]));
  }

  /** As much as is known of the gesture under way: of a text what is typed so far. */
  get start(): GestureStart | undefined {
    return this.#current?.start;
  }

  /** Modifiers that are down. Keysyms. */
  get held(): readonly number[] {
    return [...this.#modifiers.keys()];
  }

  /** When the gesture under way ends if nothing follows; undefined where none is, or where it waits for a release. */
  get dueMs(): number | undefined {
    return this.#current?.dueMs;
  }

  /** What the event means; to be asked for before it has its effect. */
  add(event: InputEvent): GestureStep[] {
    const late = this.expire(event.at_ms);
    if (event.kind === 'pointer') return [...late, ...this.#pointer(event)];
    if (event.kind === 'key' && event.keysym !== undefined) {
      return [...late, ...this.#key({ ...event, keysym: event.keysym })];
    }
    return late;
  }

  /** What has ended by this time. */
  expire(nowMs: number): GestureStep[] {
    const dueMs = this.dueMs;
    return dueMs !== undefined && nowMs > dueMs ? this.#end() : [];
  }

  /** Nothing follows: what is under way ends as it is. */
  flush(): GestureStep[] {
    return this.#end();
  }

  #pointer(event: InputEventOf<'pointer'>): GestureStep[] {
    const pressed = event.buttons & ~this.#buttons;
    const released = this.#buttons & ~event.buttons;
    this.#buttons = event.buttons;
    const steps: GestureStep[] = [];
    if (this.#current instanceof PointerGesture) this.#current.move(event);
    for (const [bit, button] of BUTTONS) {
      if (released & bit) steps.push(...this.#release(button, event));
      if (pressed & bit) steps.push(...this.#press(button, event));
    }
    for (const [bit, right, up] of WHEEL) if (pressed & bit) steps.push(...this.#turn(event, right, up));
    return steps;
  }

  #press(button: Button, event: InputEventOf<'pointer'>): GestureStep[] {
    if (this.#current instanceof PointerGesture && this.#current.takes(button, event)) {
      this.#current.press();
      return [];
    }
    return [
      ...this.#end(),
      ...this.#tellModifiers(event.at_ms),
      ...this.#begin(new PointerGesture(button, event)),
    ];
  }

  #release(button: Button, event: InputEventOf<'pointer'>): GestureStep[] {
    if (!(this.#current instanceof PointerGesture) || this.#current.button !== button) return [];
    return this.#current.release(event) ? this.#end() : [];
  }

  #turn(event: InputEventOf<'pointer'>, right: number, up: number): GestureStep[] {
    if (this.#current instanceof ScrollGesture && this.#current.takes(event)) {
      this.#current.turn(right, up, event.at_ms);
      return [];
    }
    const begun = new ScrollGesture(event, right, up);
    return [...this.#end(), ...this.#tellModifiers(event.at_ms), ...this.#begin(begun)];
  }

  #key(event: InputEventOf<'key'> & { keysym: number }): GestureStep[] {
    if (modifierOf(event.keysym)) return event.down ? this.#holdModifier(event) : this.#liftModifier(event);
    if (event.down) return this.#pressKey(event);
    const current = this.#current;
    if (!(current instanceof KeyGesture) || current.keysym !== event.keysym) return [];
    current.release(event.at_ms);
    return this.#end();
  }

  #pressKey({ keysym, at_ms: atMs, masked }: InputEventOf<'key'> & { keysym: number }): GestureStep[] {
    const held = [...this.#modifiers.values()];
    for (const modifier of held) modifier.isUsed = true;
    const shortcut = held.map((modifier) => modifierOf(modifier.keysym)).filter(isShortcut);
    const character = characterOf(keysym);
    if (character !== undefined && shortcut.length === 0) return this.#write(character, atMs, masked);
    return [...this.#end(), ...this.#begin(new KeyGesture(keysym, startOf(keysym, held), atMs))];
  }

  #write(text: string, atMs: number, rule: MaskRule | undefined): GestureStep[] {
    if (this.#current instanceof TextGesture && this.#current.takes(atMs, rule)) {
      this.#current.write(text, atMs);
      return [];
    }
    return [...this.#end(), ...this.#begin(new TextGesture(text, atMs, rule))];
  }

  #holdModifier({ keysym, at_ms: atMs }: { keysym: number; at_ms: number }): GestureStep[] {
    if (!this.#modifiers.has(keysym)) {
      this.#modifiers.set(keysym, { keysym, atMs, isUsed: false, isTold: false });
    }
    return [];
  }

  #liftModifier({ keysym, at_ms: atMs }: { keysym: number; at_ms: number }): GestureStep[] {
    const modifier = this.#modifiers.get(keysym);
    this.#modifiers.delete(keysym);
    if (modifier?.isTold) return [...this.#end(), ...instant('key_up', keysym, atMs, atMs)];
    if (!modifier || modifier.isUsed) return [];
    return [...this.#end(), ...instant('press_key', keysym, modifier.atMs, atMs)];
  }

  /** What the pointer does while modifiers are down it does with them. */
  #tellModifiers(atMs: number): GestureStep[] {
    const untold = [...this.#modifiers.values()].filter(({ isTold }) => !isTold);
    for (const modifier of untold) {
      modifier.isUsed = true;
      modifier.isTold = true;
    }
    return untold.flatMap(({ keysym }) => instant('key_down', keysym, atMs, atMs));
  }

  #begin(begun: Current): GestureStep[] {
    this.#current = begun;
    return [{ kind: 'begins', start: begun.start }];
  }

  #end(): GestureStep[] {
    const ended = this.#current;
    this.#current = undefined;
    return ended ? [{ kind: 'ends', gesture: ended.gesture() }] : [];
  }
}

/** Shift alone, and what chooses a character of the layout, make no shortcut. */
function isShortcut(modifier: Modifier | undefined): boolean {
  return modifier !== undefined && modifier !== 'shift' && modifier !== 'level';
}

/** A key by itself, or with those that are held. */
function startOf(keysym: number, held: readonly Held[]): GestureStart {
  const key = keyName(keysym);
  const names = held
    .map((modifier) => modifierOf(modifier.keysym))
    .filter((one) => one !== undefined && one !== 'level');
  if (names.length === 0) return { method: 'press_key', args: { key } };
  const isLetter = Array.from(key).length === 1;
  return { method: 'hotkey', args: { keys: [...new Set(names), isLetter ? key.toLowerCase() : key] } };
}

function instant(
  method: 'press_key' | 'key_down' | 'key_up',
  keysym: number,
  startedMs: number,
  endedMs: number,
): GestureStep[] {
  const start = { method, args: { key: keyName(keysym) } } as const;
  const gesture: Gesture = { ...start, startedMs, endedMs };
  return [
    { kind: 'begins', start },
    { kind: 'ends', gesture },
  ];
}
