// The keyboard as a set of keysyms: finds a key of the layout for each, lends a spare one where there is none, presses it.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Display } from '../x/display.ts';
import { MOD, UNBOUND, unboundKeycodes, type Keymap } from './keymap.ts';
import { twinOf } from './keys.ts';
import { KEYSYM, keysymOfCodePoint } from '../../protocol/keysyms.ts';
import { SpareKeys } from './spare-keys.ts';
import { readLayout, type Layout, type Stroke } from './strokes.ts';
import type { Token } from './text.ts';
import { usPosition } from './us-positions.ts';
import { boundKey, openXkb, type Binding, type KeyboardState, type Xkb } from './xkb.ts';
import type { Fake, FakeEvent } from './xtest.ts';

/** Keycodes left to Xvnc, which lends them to what a viewer types. */
const LEFT_TO_VIEWERS = 6;

/** Strokes with what must be bound before they are made. */
export interface Plan {
  /** The map as it is without the bindings. */
  readonly map: Keymap;
  readonly bindings: readonly Binding[];
  /** Those of the bound keycodes that belong to the layout and are to be given back. */
  readonly borrowed: readonly number[];
  readonly strokes: readonly Stroke[];
}

/** A plan for the beginning of a text; `next` is the first token that is not in it. */
export interface TextPlan extends Plan {
  readonly next: number;
}

export interface Keyboard {
  readonly shiftKeycode: number;
  /** How many characters beyond the layout can be typed between two waits. */
  readonly spareKeys: number;
  /** Plans up to `limit` tokens. What was typed with spare keys before must have been read by now. */
  planText(tokens: readonly Token[], from: number, limit: number): Promise<TextPlan>;
  /**
   * The stroke of each keysym. A shortcut means keys and not letters: CapsLock does not count, and a character that
   * the layout lacks borrows the key that a US keyboard has it on, which browsers go by.
   */
  planKeys(keysyms: readonly number[], isShortcut: boolean): Promise<Plan>;
  bind(plan: Plan): void;
  /** Gives borrowed keys their own symbols again. */
  giveBack(plan: Plan): void;
  send(events: readonly FakeEvent[]): void;
  /** Keycodes that are held down and so must keep their meaning. */
  readonly held: Set<number>;
}

interface Look {
  readonly map: Keymap;
  readonly state: KeyboardState;
}

export async function openKeyboard(display: Display, fake: Fake): Promise<Keyboard> {
  const xkb = await openXkb(display);
  const map = await xkb.keymap();
  const plain = readLayout(map, { mods: 0, group: 0 }, new Set());
  const shiftKeycode = plain.byKeysym.get(KEYSYM.shiftL)?.keycode;
  if (shiftKeycode === undefined) throw new Error('the keyboard map has no Shift key');
  const unbound = unboundKeycodes(map);
  const lendable = unbound.slice(0, Math.max(1, unbound.length - LEFT_TO_VIEWERS));
  return new SpareKeyboard(xkb, fake, shiftKeycode, lendable);
}

class SpareKeyboard implements Keyboard {
  readonly shiftKeycode: number;
  readonly held = new Set<number>();
  readonly send: Fake;
  readonly #xkb: Xkb;
  readonly #lendable: readonly number[];
  #bindings: readonly Binding[] = [];

  constructor(xkb: Xkb, fake: Fake, shiftKeycode: number, lendable: readonly number[]) {
    this.#xkb = xkb;
    this.send = fake;
    this.shiftKeycode = shiftKeycode;
    this.#lendable = lendable;
  }

  get spareKeys(): number {
    return this.#lendable.length;
  }

  async planText(tokens: readonly Token[], from: number, limit: number): Promise<TextPlan> {
    const look = await this.#look();
    const layout = this.#layout(look);
    const spare = this.#spare(look);
    const strokes: Stroke[] = [];
    for (const token of tokens.slice(from, from + limit)) {
      const stroke = onLayout(layout, token) ?? lend(spare, look.state, textKeysym(token));
      if (!stroke) break;
      strokes.push(stroke);
    }
    if (strokes.length === 0) throw noSpareKeys();
    this.#bindings = spare.bindings;
    return { map: look.map, bindings: spare.fresh, borrowed: [], strokes, next: from + strokes.length };
  }

  async planKeys(keysyms: readonly number[], isShortcut: boolean): Promise<Plan> {
    const look = await this.#look();
    const state = isShortcut ? { ...look.state, mods: look.state.mods & ~MOD.lock } : look.state;
    const layout = this.#layout({ ...look, state });
    const spare = this.#spare(look);
    const borrowed = new Map<number, Binding>();
    const strokes = keysyms.map((keysym) => {
      const found = layout.byKeysym.get(keysym) ?? layout.byKeysym.get(twinOf(keysym) ?? 0);
      const stroke =
        found ?? (isShortcut ? this.#borrow(borrowed, keysym) : undefined) ?? lend(spare, look.state, keysym);
      if (!stroke) throw noSpareKeys();
      return stroke;
    });
    this.#bindings = spare.bindings;
    const bindings = [...spare.fresh, ...borrowed.values()];
    return { map: look.map, bindings, borrowed: [...borrowed.keys()], strokes };
  }

  #borrow(borrowed: Map<number, Binding>, keysym: number): Stroke | undefined {
    const position = usPosition(keysym);
    if (!position || this.held.has(position.keycode)) return undefined;
    const { keycode, shift, plain, shifted } = position;
    borrowed.set(keycode, { keycode, plain, shifted });
    return { keycode, shift };
  }

  bind(plan: Plan): void {
    this.#xkb.change(plan.map, new Map(plan.bindings.map((binding) => [binding.keycode, boundKey(binding)])));
  }

  giveBack(plan: Plan): void {
    const bound = new Map(plan.bindings.map((binding) => [binding.keycode, boundKey(binding)]));
    const own = plan.borrowed.map((keycode) => [keycode, plan.map.keys.get(keycode) ?? UNBOUND] as const);
    const keys = new Map([...plan.map.keys, ...bound]);
    this.#xkb.change({ ...plan.map, keys }, new Map(own));
  }

  async #look(): Promise<Look> {
    const [map, state] = await Promise.all([this.#xkb.keymap(), this.#xkb.state()]);
    return { map, state };
  }

  #layout(look: Look): Layout {
    return readLayout(look.map, look.state, new Set(this.#lendable));
  }

  /** The keycodes that may be lent, with what they are known to give: a change of the layout takes it from them. */
  #spare(look: Look): SpareKeys {
    const known = this.#bindings.filter(({ keycode, plain, shifted }) => {
      const keysyms = look.map.keys.get(keycode)?.keysyms;
      return keysyms?.length === 2 && keysyms[0] === plain && keysyms[1] === shifted;
    });
    return new SpareKeys(
      this.#lendable.filter((keycode) => !this.held.has(keycode)),
      known,
    );
  }
}

function onLayout(layout: Layout, token: Token): Stroke | undefined {
  return token.kind === 'key' ? layout.byKeysym.get(token.keysym) : layout.byCodePoint.get(token.codePoint);
}

const textKeysym = (token: Token): number =>
  token.kind === 'key' ? token.keysym : keysymOfCodePoint(token.codePoint);

/** A keysym that types nothing. */
const VOID = 0xff_ffff;

/**
 * Lends a keycode that gives the keysym in every group. Where CapsLock is on, the plain level gives something else:
 * GTK makes capitals of what a key gives unless CapsLock made a difference to it.
 */
function lend(spare: SpareKeys, state: KeyboardState, keysym: number): Stroke | undefined {
  const plain = (state.mods & MOD.lock) === 0 ? keysym : VOID;
  const keycode = spare.lend(plain, keysym);
  return keycode === undefined ? undefined : { keycode, shift: false };
}

function noSpareKeys(): DeskreelError {
  return new DeskreelError(
    'unsupported',
    'the keyboard layout has no spare key left for a character that it does not have; release held keys or choose another layout',
  );
}
