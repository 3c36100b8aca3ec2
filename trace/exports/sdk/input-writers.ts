// Pointer and keyboard, as lines of a script.
import { js, type Told } from './told.ts';
import { call, type Writer } from './writer.ts';

const at = (told: Told): string[] => [told.arg('x'), told.arg('y')];

const clicks =
  (method: string): Writer =>
  (told) =>
    call(method, ...at(told));

const presses =
  (method: string): Writer =>
  (told) =>
    call(method, ...at(told), told.args['button'] === undefined ? undefined : told.arg('button'));

const withArgs =
  (method: string, ...names: readonly string[]): Writer =>
  (told) =>
    call(method, ...names.map((name) => told.arg(name)));

export const inputWriters = {
  left_click: (told) => {
    const isLeft = [undefined, 'left'].includes(told.args['button'] as string | undefined);
    return call('leftClick', ...at(told), isLeft ? undefined : told.options('button'));
  },
  right_click: clicks('rightClick'),
  middle_click: clicks('middleClick'),
  double_click: clicks('doubleClick'),
  triple_click: clicks('tripleClick'),
  mouse_down: presses('mouseDown'),
  mouse_up: presses('mouseUp'),
  move_cursor: clicks('moveCursor'),
  drag_to: (told) => call('dragTo', ...at(told), told.options('button', 'duration')),
  drag: (told) => call('drag', told.arg('path'), told.options('button', 'duration')),
  scroll: scrollLine,
  scroll_down: withArgs('scrollDown', 'clicks'),
  scroll_up: withArgs('scrollUp', 'clicks'),
  scroll_direction: withArgs('scrollDirection', 'direction', 'clicks'),

  type_text: (told) =>
    call('typeText', told.arg('text'), told.isMasked('text') ? js({ secret: true }) : undefined),
  press_key: withArgs('pressKey', 'key'),
  key_down: withArgs('keyDown', 'key'),
  key_up: withArgs('keyUp', 'key'),
  hold_key: withArgs('holdKey', 'key', 'duration'),
  hotkey: (told) =>
    told.isMasked('keys') ? '// Left out: the keys were not recorded.' : call('hotkey', told.arg('keys')),
} satisfies Record<string, Writer>;

function scrollLine(told: Told): string {
  const { x, y } = told.args;
  return call(
    'scroll',
    js(x ?? 0),
    js(y ?? 0),
    told.options(['scroll_x', 'scrollX'], ['scroll_y', 'scrollY']),
  );
}
