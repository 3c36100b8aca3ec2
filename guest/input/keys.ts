// Names of keys and the keysyms they stand for: X's own names, and the spellings that clients of computer-use servers send.
import { DeskreelError } from '../../protocol/errors.ts';
import { keysymOfCodePoint } from '../../protocol/keysyms.ts';

const MODIFIERS = {
  shift: 0xffe1, shiftl: 0xffe1, shiftr: 0xffe2,
  ctrl: 0xffe3, control: 0xffe3, ctrll: 0xffe3, controll: 0xffe3, ctrlr: 0xffe4, controlr: 0xffe4,
  alt: 0xffe9, altl: 0xffe9, altr: 0xffea, option: 0xffe9, optionleft: 0xffe9, optionright: 0xffea,
  altgr: 0xfe03, isolevel3shift: 0xfe03, modeswitch: 0xff7e,
  cmd: 0xffeb, command: 0xffeb, win: 0xffeb, windows: 0xffeb, super: 0xffeb, superl: 0xffeb, superr: 0xffec,
  cmdl: 0xffeb, cmdr: 0xffec, winleft: 0xffeb, winright: 0xffec,
  meta: 0xffeb, metal: 0xffe7, metar: 0xffe8, hyper: 0xffed, hyperl: 0xffed, hyperr: 0xffee,
  ctrlleft: 0xffe3, ctrlright: 0xffe4, altleft: 0xffe9, altright: 0xffea, shiftleft: 0xffe1, shiftright: 0xffe2,
} as const; // prettier-ignore

const EDITING = {
  backspace: 0xff08, tab: 0xff09, isolefttab: 0xfe20, linefeed: 0xff0a, clear: 0xff0b,
  enter: 0xff0d, return: 0xff0d, esc: 0xff1b, escape: 0xff1b,
  delete: 0xffff, del: 0xffff, insert: 0xff63, ins: 0xff63, undo: 0xff65, redo: 0xff66, find: 0xff68,
  cancel: 0xff69, help: 0xff6a, menu: 0xff67, contextmenu: 0xff67, apps: 0xff67, compose: 0xff20, multikey: 0xff20,
  home: 0xff50, left: 0xff51, up: 0xff52, right: 0xff53, down: 0xff54, end: 0xff57, begin: 0xff58,
  arrowleft: 0xff51, arrowup: 0xff52, arrowright: 0xff53, arrowdown: 0xff54,
  leftarrow: 0xff51, uparrow: 0xff52, rightarrow: 0xff53, downarrow: 0xff54,
  pageup: 0xff55, pgup: 0xff55, prior: 0xff55, pagedown: 0xff56, pgdn: 0xff56, pgdown: 0xff56, next: 0xff56,
  capslock: 0xffe5, shiftlock: 0xffe6, numlock: 0xff7f, scrolllock: 0xff14,
  pause: 0xff13, break: 0xff6b, print: 0xff61, printscreen: 0xff61, prtsc: 0xff61, prtscr: 0xff61,
  sysreq: 0xff15, select: 0xff60, execute: 0xff62,
} as const; // prettier-ignore

const CHARACTERS = {
  space: 0x20, spacebar: 0x20, exclam: 0x21, quotedbl: 0x22, numbersign: 0x23, dollar: 0x24, percent: 0x25,
  ampersand: 0x26, apostrophe: 0x27, quote: 0x27, parenleft: 0x28, parenright: 0x29, asterisk: 0x2a, plus: 0x2b,
  comma: 0x2c, minus: 0x2d, dash: 0x2d, hyphen: 0x2d, period: 0x2e, dot: 0x2e, slash: 0x2f, colon: 0x3a,
  semicolon: 0x3b, less: 0x3c, equal: 0x3d, equals: 0x3d, greater: 0x3e, question: 0x3f, at: 0x40,
  bracketleft: 0x5b, backslash: 0x5c, bracketright: 0x5d, asciicircum: 0x5e, underscore: 0x5f,
  grave: 0x60, backtick: 0x60, backquote: 0x60, braceleft: 0x7b, bar: 0x7c, pipe: 0x7c, braceright: 0x7d,
  asciitilde: 0x7e, tilde: 0x7e,
} as const; // prettier-ignore

const KEYPAD = {
  kpspace: 0xff80, kptab: 0xff89, kpenter: 0xff8d, kphome: 0xff95, kpleft: 0xff96, kpup: 0xff97, kpright: 0xff98,
  kpdown: 0xff99, kpprior: 0xff9a, kppageup: 0xff9a, kpnext: 0xff9b, kppagedown: 0xff9b, kpend: 0xff9c,
  kpbegin: 0xff9d, kpinsert: 0xff9e, kpdelete: 0xff9f, kpequal: 0xffbd, kpmultiply: 0xffaa, kpadd: 0xffab,
  kpseparator: 0xffac, kpsubtract: 0xffad, kpdecimal: 0xffae, kpdivide: 0xffaf,
  kp0: 0xffb0, kp1: 0xffb1, kp2: 0xffb2, kp3: 0xffb3, kp4: 0xffb4, kp5: 0xffb5, kp6: 0xffb6, kp7: 0xffb7,
  kp8: 0xffb8, kp9: 0xffb9,
} as const; // prettier-ignore

const LAYOUT = {
  isonextgroup: 0xfe08, isoprevgroup: 0xfe0a, isofirstgroup: 0xfe0c, isolastgroup: 0xfe0e,
  deadgrave: 0xfe50, deadacute: 0xfe51, deadcircumflex: 0xfe52, deadtilde: 0xfe53, deadmacron: 0xfe54,
  deadbreve: 0xfe55, deadabovedot: 0xfe56, deaddiaeresis: 0xfe57, deadabovering: 0xfe58, deadcaron: 0xfe5a,
  deadcedilla: 0xfe5b, deadogonek: 0xfe5c,
  kanji: 0xff21, muhenkan: 0xff22, henkan: 0xff23, romaji: 0xff24, hiragana: 0xff25, katakana: 0xff26,
  hiraganakatakana: 0xff27, zenkakuhankaku: 0xff2a, hangul: 0xff31, hangulhanja: 0xff34,
} as const; // prettier-ignore

const MEDIA = {
  xf86monbrightnessup: 0x1008ff02, xf86monbrightnessdown: 0x1008ff03, xf86audiolowervolume: 0x1008ff11,
  xf86audiomute: 0x1008ff12, xf86audioraisevolume: 0x1008ff13, xf86audioplay: 0x1008ff14,
  xf86audiostop: 0x1008ff15, xf86audioprev: 0x1008ff16, xf86audionext: 0x1008ff17, xf86homepage: 0x1008ff18,
  xf86mail: 0x1008ff19, xf86search: 0x1008ff1b, xf86audiorecord: 0x1008ff1c, xf86calculator: 0x1008ff1d,
  xf86back: 0x1008ff26, xf86forward: 0x1008ff27, xf86stop: 0x1008ff28, xf86refresh: 0x1008ff29,
  xf86poweroff: 0x1008ff2a, xf86wakeup: 0x1008ff2b, xf86eject: 0x1008ff2c, xf86screensaver: 0x1008ff2d,
  xf86www: 0x1008ff2e, xf86sleep: 0x1008ff2f, xf86favorites: 0x1008ff30, xf86audiopause: 0x1008ff31,
  xf86audiomedia: 0x1008ff32, xf86mycomputer: 0x1008ff33, xf86audiorewind: 0x1008ff3e, xf86close: 0x1008ff56,
  xf86copy: 0x1008ff57, xf86cut: 0x1008ff58, xf86display: 0x1008ff59, xf86documents: 0x1008ff5b,
  xf86explorer: 0x1008ff5d, xf86menukb: 0x1008ff65, xf86new: 0x1008ff68, xf86open: 0x1008ff6b,
  xf86paste: 0x1008ff6d, xf86reload: 0x1008ff73, xf86save: 0x1008ff77, xf86send: 0x1008ff7b,
  xf86tools: 0x1008ff81, xf86webcam: 0x1008ff8f, xf86wlan: 0x1008ff95, xf86audioforward: 0x1008ff97,
  xf86audiomicmute: 0x1008ffb2,
  audiomute: 0x1008ff12, mute: 0x1008ff12, volumemute: 0x1008ff12, mediavolumemute: 0x1008ff12,
  volumedown: 0x1008ff11, mediavolumedown: 0x1008ff11, volumeup: 0x1008ff13, mediavolumeup: 0x1008ff13,
  playpause: 0x1008ff14, mediaplaypause: 0x1008ff14, nexttrack: 0x1008ff17, medianext: 0x1008ff17,
  prevtrack: 0x1008ff16, mediaprevious: 0x1008ff16, mediastop: 0x1008ff15,
  browserback: 0x1008ff26, browserforward: 0x1008ff27, browserrefresh: 0x1008ff29, browserhome: 0x1008ff18,
  browsersearch: 0x1008ff1b, browserstop: 0x1008ff28, browserfavorites: 0x1008ff30,
} as const; // prettier-ignore

/** Keysyms by name in lower case, without spaces, underscores and hyphens. */
const NAMED: ReadonlyMap<string, number> = new Map<string, number>([
  ...Object.entries(MODIFIERS),
  ...Object.entries(EDITING),
  ...Object.entries(CHARACTERS),
  ...Object.entries(KEYPAD),
  ...Object.entries(LAYOUT),
  ...Object.entries(MEDIA),
  ...Array.from({ length: 35 }, (_, index): [string, number] => [`f${index + 1}`, 0xffbe + index]),
  ...Array.from({ length: 4 }, (_, index): [string, number] => [`kpf${index + 1}`, 0xff91 + index]),
]);

/** The left key of a pair, for layouts that have no right one. */
const TWINS: ReadonlyMap<number, number> = new Map([
  [0xffe2, 0xffe1], [0xffe4, 0xffe3], [0xffea, 0xffe9], [0xffec, 0xffeb], [0xffe8, 0xffe7], [0xffee, 0xffed],
]); // prettier-ignore

/** The key of the same meaning on the other side; undefined where there is none. */
export const twinOf = (keysym: number): number | undefined => TWINS.get(keysym);

const MODIFIER_KEYSYMS: ReadonlySet<number> = new Set(Object.values(MODIFIERS));

export const isModifier = (keysym: number): boolean => MODIFIER_KEYSYMS.has(keysym);

const isOneCharacter = (name: string): boolean =>
  name !== '' && name.length === String.fromCodePoint(name.codePointAt(0) ?? 0).length;

/** The keysym of one key. Throws `unknown_key`. */
export function keysymOfName(name: string): number {
  if (isOneCharacter(name)) return keysymOfCharacter(name);
  const keysym = NAMED.get(name.toLowerCase().replaceAll(/[ _-]/g, '')) ?? unicodeName(name);
  if (keysym === undefined) throw unknownKey(name);
  return keysym;
}

function unknownKey(name: string): DeskreelError {
  const help =
    'Use one character, an X keysym name (Page_Down, F5, XF86AudioMute) or names joined by + (ctrl+shift+t).';
  return new DeskreelError('unknown_key', `Unknown key: ${name}. ${help}`);
}

const KEYS_OF_CONTROLS: Readonly<Record<string, number>> = {
  '\n': EDITING.return,
  '\r': EDITING.return,
  '\t': EDITING.tab,
  '\b': EDITING.backspace,
};

function keysymOfCharacter(character: string): number {
  return KEYS_OF_CONTROLS[character] ?? keysymOfCodePoint(character.codePointAt(0) ?? 0);
}

/** X's names for any character: U20AC. */
function unicodeName(name: string): number | undefined {
  const hex = /^u\+?([0-9a-f]{4,6})$/i.exec(name)?.[1];
  return hex === undefined ? undefined : keysymOfCodePoint(Number.parseInt(hex, 16));
}

/** The keysyms of a key or of keys joined by + ("ctrl+shift+t", "ctrl++"). Throws `unknown_key`. */
export function keysymsOfChord(chord: string): number[] {
  const names = splitChord(chord);
  if (names.includes('')) throw unknownKey(chord);
  return names.map((name) => keysymOfName(name));
}

function splitChord(chord: string): string[] {
  if (isOneCharacter(chord) || unicodeName(chord) !== undefined) return [chord];
  const parts = chord.endsWith('++') ? [...chord.slice(0, -2).split('+'), '+'] : chord.split('+');
  return parts.map((part) => (part.length > 1 ? part.trim() : part));
}

/** Keys pressed together: "ctrl+C" means the key C, not Shift with it. */
export function keysymsTogether(names: readonly string[]): number[] {
  const keysyms = names.flatMap((name) => keysymsOfChord(name));
  const hasModifier = keysyms.some((keysym) => isModifier(keysym));
  return hasModifier ? keysyms.map((keysym) => toLower(keysym)) : keysyms;
}

function toLower(keysym: number): number {
  return keysym >= 0x41 && keysym <= 0x5a ? keysym + 0x20 : keysym;
}
