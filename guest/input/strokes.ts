// Which key of the active layout types a keysym or a character. Built once for a keyboard map and its state.
import { codePointOfKeysym } from '../../protocol/keysyms.ts';
import { keysymAt, MOD, obeysLock, type Keymap, type KeySymbols } from './keymap.ts';
import type { KeyboardState } from './xkb.ts';

/** How a keysym is reached: the keycode, and whether Shift has to be down. */
export interface Stroke {
  readonly keycode: number;
  readonly shift: boolean;
}

export interface Layout {
  /** By keysym as the map has it. */
  readonly byKeysym: ReadonlyMap<number, Stroke>;
  /** By the character that the keysym stands for. */
  readonly byCodePoint: ReadonlyMap<number, Stroke>;
}

/** The keys of the active group that `state` leaves usable, without those of `except`. */
export function readLayout(map: Keymap, state: KeyboardState, except: ReadonlySet<number>): Layout {
  const byKeysym = new Map<number, Stroke>();
  const byCodePoint = new Map<number, Stroke>();
  const lock = state.mods & MOD.lock;
  for (const [keycode, key] of map.keys) {
    if (except.has(keycode)) continue;
    for (const shift of [false, true]) {
      const keysym = keysymAt(map, key, state.group, lock | (shift ? MOD.shift : 0));
      if (keysym === 0) continue;
      const codePoint = codePointOfKeysym(keysym);
      if (codePoint !== undefined && lock !== 0 && !isSafeUnderLock(map, key, state.group, codePoint))
        continue;
      const stroke = { keycode, shift };
      prefer(byKeysym, keysym, stroke);
      if (codePoint !== undefined) prefer(byCodePoint, codePoint, stroke);
    }
  }
  return { byKeysym, byCodePoint };
}

/** The lowest keycode wins, the main keyboard before extra keys, and its plain level before the shifted one. */
function prefer(strokes: Map<number, Stroke>, key: number, stroke: Stroke): void {
  if (!strokes.has(key)) strokes.set(key, stroke);
}

function isSafeUnderLock(map: Keymap, key: KeySymbols, group: number, codePoint: number): boolean {
  if (obeysLock(map, key, group)) return true;
  const text = String.fromCodePoint(codePoint);
  return text.toUpperCase() === text && text.toLowerCase() === text;
}
