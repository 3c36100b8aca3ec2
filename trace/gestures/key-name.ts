// What a keysym is called in the arguments of `press_key` and `hotkey`: the character itself, or X's name (keysymdef.h).
import { codePointOfKeysym } from '../../protocol/keysyms.ts';

const NAMES: Readonly<Record<number, string>> = {
  0xff08: 'BackSpace', 0xff09: 'Tab', 0xfe20: 'ISO_Left_Tab', 0xff0d: 'Return', 0xff13: 'Pause', 0xff14: 'Scroll_Lock',
  0xff1b: 'Escape', 0xffff: 'Delete', 0xff20: 'Multi_key',
  0xff50: 'Home', 0xff51: 'Left', 0xff52: 'Up', 0xff53: 'Right', 0xff54: 'Down', 0xff55: 'Page_Up', 0xff56: 'Page_Down',
  0xff57: 'End', 0xff61: 'Print', 0xff63: 'Insert', 0xff65: 'Undo', 0xff66: 'Redo', 0xff67: 'Menu', 0xff68: 'Find',
  0xff6a: 'Help', 0xff7f: 'Num_Lock', 0xffe5: 'Caps_Lock',
  0xff80: 'KP_Space', 0xff89: 'KP_Tab', 0xff8d: 'KP_Enter', 0xff95: 'KP_Home', 0xff96: 'KP_Left', 0xff97: 'KP_Up',
  0xff98: 'KP_Right', 0xff99: 'KP_Down', 0xff9a: 'KP_Page_Up', 0xff9b: 'KP_Page_Down', 0xff9c: 'KP_End',
  0xff9d: 'KP_Begin', 0xff9e: 'KP_Insert', 0xff9f: 'KP_Delete',
  0xffe1: 'Shift_L', 0xffe2: 'Shift_R', 0xffe3: 'Control_L', 0xffe4: 'Control_R', 0xffe7: 'Meta_L', 0xffe8: 'Meta_R',
  0xffe9: 'Alt_L', 0xffea: 'Alt_R', 0xffeb: 'Super_L', 0xffec: 'Super_R', 0xfe03: 'ISO_Level3_Shift', 0xff7e: 'Mode_switch',
  0xfe50: 'dead_grave', 0xfe51: 'dead_acute', 0xfe52: 'dead_circumflex', 0xfe53: 'dead_tilde', 0xfe57: 'dead_diaeresis',
  0xfe58: 'dead_abovering', 0xfe5a: 'dead_caron', 0xfe5b: 'dead_cedilla',
  0x1008ff11: 'XF86AudioLowerVolume', 0x1008ff12: 'XF86AudioMute', 0x1008ff13: 'XF86AudioRaiseVolume',
  0x1008ff14: 'XF86AudioPlay', 0x1008ff15: 'XF86AudioStop', 0x1008ff16: 'XF86AudioPrev', 0x1008ff17: 'XF86AudioNext',
  0x1008ff26: 'XF86Back', 0x1008ff27: 'XF86Forward', 0x1008ff29: 'XF86Refresh',
}; // prettier-ignore

/** The keypad's keys that write: with Num Lock on a viewer sends these. */
const KEYPAD: Readonly<Record<number, string>> = {
  0xffaa: '*', 0xffab: '+', 0xffad: '-', 0xffae: '.', 0xffaf: '/', 0xffbd: '=',
}; // prettier-ignore
const KEYPAD_0 = 0xffb0;
const F1 = 0xffbe;

/** The character that a key writes; undefined for one that writes none. */
export function characterOf(keysym: number): string | undefined {
  if (keysym >= KEYPAD_0 && keysym < KEYPAD_0 + 10) return String(keysym - KEYPAD_0);
  const code = codePointOfKeysym(keysym);
  return KEYPAD[keysym] ?? (code === undefined ? undefined : String.fromCodePoint(code));
}

export function keyName(keysym: number): string {
  if (keysym >= F1 && keysym < F1 + 35) return `F${keysym - F1 + 1}`;
  return NAMES[keysym] ?? characterOf(keysym) ?? `0x${keysym.toString(16)}`;
}

export type Modifier = 'shift' | 'ctrl' | 'alt' | 'super' | 'level';

/** What a modifier does, whichever of its two keys it is; undefined for other keys. */
export function modifierOf(keysym: number): Modifier | undefined {
  return MODIFIERS[keysym];
}

const MODIFIERS: Readonly<Record<number, Modifier>> = {
  0xffe1: 'shift', 0xffe2: 'shift', 0xffe3: 'ctrl', 0xffe4: 'ctrl', 0xffe7: 'super', 0xffe8: 'super',
  0xffe9: 'alt', 0xffea: 'alt', 0xffeb: 'super', 0xffec: 'super', 0xfe03: 'level', 0xff7e: 'level',
}; // prettier-ignore
