// Actions as calls of pyautogui, one line each.
import type { Point } from '../primitives.ts';
import { translate, type Action, type ActionOf, type Translations } from './action.ts';
import { inChord, pyautoguiKeyName } from './keys.ts';

/** How a point is written between the brackets of a call; the empty text where there is none. */
export type PointWriter = (at: Point) => string;

/** `100, 200`. */
export const pixels: PointWriter = ({ x, y }) => `${x}, ${y}`;

const CLICK_CALLS = {
  left: ['click', 'doubleClick', 'tripleClick'],
  right: ['rightClick', 'rightClick', 'rightClick'],
  middle: ['middleClick', 'middleClick', 'middleClick'],
} as const;

/** Lines of Python, `pyautogui.` in front. What pyautogui cannot do is a comment that says so. */
export function pyautoguiLines(action: Action, point: PointWriter = pixels): string[] {
  return translate(action, linesWith(point));
}

function linesWith(point: PointWriter): Translations<string[]> {
  const place = (at: Point | undefined): string | undefined => at && point(at);
  return {
    click: ({ button, count, at }) => [call(CLICK_CALLS[button][count - 1] ?? 'click', place(at))],
    move: ({ at }) => [call('moveTo', point(at))],
    drag: (action) => dragLines(action, point),
    mouse_down: ({ button, at }) => [call('mouseDown', place(at), `button=${pythonString(button)}`)],
    mouse_up: ({ button, at }) => [call('mouseUp', place(at), `button=${pythonString(button)}`)],
    scroll: (action) => scrollLines(action, point),
    type: ({ text }) => [typeLine(text)],
    press: ({ keys }) => [pressLine(keys)],
    key_down: ({ key }) => [keyLine('keyDown', key)],
    key_up: ({ key }) => [keyLine('keyUp', key)],
    hold: ({ keys, seconds }) => [
      ...keys.map((key) => keyLine('keyDown', key)),
      call('sleep', String(seconds)),
      ...keys.toReversed().map((key) => keyLine('keyUp', key)),
    ],
    wait: ({ seconds }) => [call('sleep', String(seconds))],
    screenshot: () => [call('screenshot')],
  };
}

function dragLines(action: ActionOf<'drag'>, point: PointWriter): string[] {
  const [first, ...rest] = action.path;
  const last = rest.at(-1);
  if (!first) return [];
  const button = `button=${pythonString(action.button)}`;
  const seconds = `duration=${action.seconds}`;
  if (!last) return [call('dragTo', point(first), seconds, button)];
  if (rest.length === 1) return [call('moveTo', point(first)), call('dragTo', point(last), seconds, button)];
  const share = `duration=${Number((action.seconds / rest.length).toFixed(3))}`;
  return [
    call('moveTo', point(first)),
    call('mouseDown', button),
    ...rest.map((place) => call('moveTo', point(place), share)),
    call('mouseUp', button),
  ];
}

/** pyautogui counts up and to the right. */
function scrollLines(action: ActionOf<'scroll'>, point: PointWriter): string[] {
  const place = action.at && point(action.at);
  return [
    ...(action.down === 0 ? [] : [call('scroll', String(-action.down), place)]),
    ...(action.right === 0 ? [] : [call('hscroll', String(action.right), place)]),
  ];
}

function typeLine(text: string | undefined): string {
  if (text === undefined) return '# A text was typed here that was not recorded.';
  return call('write', pythonString(text));
}

function pressLine(keys: readonly string[]): string {
  const names = keys.map((key) => pyautoguiKeyName(inChord(key, keys)));
  if (names.includes(undefined)) return `# pyautogui has no key for ${keys.join('+')}.`;
  const texts = names.map((name) => pythonString(name ?? ''));
  return call(texts.length === 1 ? 'press' : 'hotkey', ...texts);
}

function keyLine(name: 'keyDown' | 'keyUp', key: string): string {
  const known = pyautoguiKeyName(key);
  return known === undefined ? `# pyautogui has no key for ${key}.` : call(name, pythonString(known));
}

function call(name: string, ...args: readonly (string | undefined)[]): string {
  return `pyautogui.${name}(${args.filter((arg) => arg !== undefined).join(', ')})`;
}

/** A literal of Python: its escapes and those of JSON are the same, but for surrogate pairs, which JSON leaves alone. */
export function pythonString(text: string): string {
  return JSON.stringify(text);
}
