// Names of keys in the vocabularies of the field. X's names are what Anthropic's tool speaks (xdotool's syntax).
// Sources: keysymdef.h, pyautogui's KEY_NAMES, OpenAI's computer tool.

interface KeyNames {
  readonly x: string;
  readonly pyautogui?: string;
  readonly openai: string;
}

/** By name in lower case, without spaces, underscores and hyphens: the spellings that the agent takes. */
const SPELLINGS: readonly (readonly [names: string, x: string, pyautogui: string, openai: string])[] = [
  ['enter return', 'Return', 'enter', 'ENTER'],
  ['tab', 'Tab', 'tab', 'TAB'],
  ['space spacebar', 'space', 'space', 'SPACE'],
  ['backspace', 'BackSpace', 'backspace', 'BACKSPACE'],
  ['esc escape', 'Escape', 'esc', 'ESC'],
  ['delete del', 'Delete', 'delete', 'DELETE'],
  ['insert ins', 'Insert', 'insert', 'INSERT'],
  ['home', 'Home', 'home', 'HOME'],
  ['end', 'End', 'end', 'END'],
  ['pageup pgup prior', 'Prior', 'pageup', 'PAGEUP'],
  ['pagedown pgdn pgdown next', 'Next', 'pagedown', 'PAGEDOWN'],
  ['left arrowleft leftarrow', 'Left', 'left', 'LEFT'],
  ['up arrowup uparrow', 'Up', 'up', 'UP'],
  ['right arrowright rightarrow', 'Right', 'right', 'RIGHT'],
  ['down arrowdown downarrow', 'Down', 'down', 'DOWN'],
  ['ctrl control ctrll controll ctrlleft', 'ctrl', 'ctrl', 'CTRL'],
  ['ctrlr controlr ctrlright', 'Control_R', 'ctrlright', 'CTRL'],
  ['shift shiftl shiftleft', 'shift', 'shift', 'SHIFT'],
  ['shiftr shiftright', 'Shift_R', 'shiftright', 'SHIFT'],
  ['alt altl altleft option optionleft', 'alt', 'alt', 'ALT'],
  ['altr altright optionright', 'Alt_R', 'altright', 'ALT'],
  ['super superl win winleft windows cmd command cmdl meta', 'super', 'winleft', 'SUPER'],
  ['superr winright cmdr', 'Super_R', 'winright', 'SUPER'],
  ['capslock', 'Caps_Lock', 'capslock', 'CAPSLOCK'],
  ['numlock', 'Num_Lock', 'numlock', 'NUMLOCK'],
  ['scrolllock', 'Scroll_Lock', 'scrolllock', 'SCROLLLOCK'],
  ['pause', 'Pause', 'pause', 'PAUSE'],
  ['print printscreen prtsc prtscr', 'Print', 'printscreen', 'PRINTSCREEN'],
  ['menu contextmenu apps', 'Menu', 'apps', 'MENU'],
  ['kpenter', 'KP_Enter', 'enter', 'ENTER'],
  ['kpadd', 'KP_Add', 'add', '+'],
  ['kpsubtract', 'KP_Subtract', 'subtract', '-'],
  ['kpmultiply', 'KP_Multiply', 'multiply', '*'],
  ['kpdivide', 'KP_Divide', 'divide', '/'],
  ['kpdecimal', 'KP_Decimal', 'decimal', '.'],
];

/** Characters that X names with a word, in an xdotool chord. */
const CHARACTER_NAMES: Readonly<Record<string, string>> = {
  ' ': 'space', '+': 'plus', '-': 'minus', '=': 'equal', ',': 'comma', '.': 'period', '/': 'slash',
  '\\': 'backslash', ';': 'semicolon', "'": 'apostrophe', '`': 'grave', '[': 'bracketleft', ']': 'bracketright',
  '\n': 'Return', '\t': 'Tab', '!': 'exclam', '@': 'at', '#': 'numbersign', $: 'dollar', '%': 'percent',
  '^': 'asciicircum', '&': 'ampersand', '*': 'asterisk', '(': 'parenleft', ')': 'parenright', _: 'underscore',
  ':': 'colon', '"': 'quotedbl', '<': 'less', '>': 'greater', '?': 'question', '{': 'braceleft',
  '}': 'braceright', '|': 'bar', '~': 'asciitilde',
}; // prettier-ignore

const FUNCTION_KEYS = Array.from({ length: 24 }, (_, index): [string, KeyNames] => {
  const name = `F${index + 1}`;
  return [name.toLowerCase(), { x: name, pyautogui: name.toLowerCase(), openai: name }];
});
const KEYPAD_DIGITS = Array.from({ length: 10 }, (_, digit): [string, KeyNames] => {
  return [`kp${digit}`, { x: `KP_${digit}`, pyautogui: `num${digit}`, openai: String(digit) }];
});
const KEYS: ReadonlyMap<string, KeyNames> = new Map<string, KeyNames>([
  ...SPELLINGS.flatMap(([names, x, pyautogui, openai]) =>
    names.split(' ').map((name): [string, KeyNames] => [name, { x, pyautogui, openai }]),
  ),
  ...FUNCTION_KEYS,
  ...KEYPAD_DIGITS,
]);

function namesOf(key: string): KeyNames | undefined {
  return KEYS.get(key.toLowerCase().replaceAll(/[ _-]/g, ''));
}

const isCharacter = (key: string): boolean =>
  key.length === String.fromCodePoint(key.codePointAt(0) ?? 0).length;

/** Whether a name stands for a key of the table; any single character does. */
export function isKeyName(name: string): boolean {
  return isCharacter(name) || namesOf(name) !== undefined;
}

/** X's name, as xdotool and Anthropic's tool want it; a key that is not in the table keeps its own. */
export function xKeyName(key: string): string {
  if (isCharacter(key)) return CHARACTER_NAMES[key] ?? key;
  return namesOf(key)?.x ?? key;
}

/** Keys pressed together in xdotool's syntax: `ctrl+shift+t`. A letter in a chord means its key, not Shift with it. */
export function xChord(keys: readonly string[]): string {
  return keys.map((key) => xKeyName(inChord(key, keys))).join('+');
}

/** A letter as it is meant beside other keys. */
export function inChord(key: string, keys: readonly string[]): string {
  return keys.length > 1 && /^[A-Z]$/.test(key) ? key.toLowerCase() : key;
}

/** OpenAI's name: upper case; a key that is not in the table keeps its own in upper case. */
export function openaiKeyName(key: string): string {
  if (key === ' ') return 'SPACE';
  return (isCharacter(key) ? key : (namesOf(key)?.openai ?? key)).toUpperCase();
}

/** pyautogui's name; undefined for a key that it does not have. */
export function pyautoguiKeyName(key: string): string | undefined {
  if (key === ' ') return 'space';
  if (isCharacter(key)) return /^[ -~\n\t]$/.test(key) ? key : undefined;
  return namesOf(key)?.pyautogui;
}
