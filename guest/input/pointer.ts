// The commands that work the pointer.
import type { CommandName, CommandResult } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Button, Point } from '../../protocol/primitives.ts';
import { sleep, type Clock } from '../clock.ts';
import type { Handlers } from '../handlers.ts';
import type { WindowManager } from '../windows/window-manager.ts';
import { dragPath, type DragHand } from './drag.ts';
import type { HeldButtons } from './held.ts';
import type { PointerDevice, WheelDirection } from './pointer-device.ts';
import type { ScreenBounds } from './screen-bounds.ts';

export type PointerCommand = Extract<
  CommandName,
  | 'left_click'
  | 'right_click'
  | 'middle_click'
  | 'double_click'
  | 'triple_click'
  | 'mouse_down'
  | 'mouse_up'
  | 'move_cursor'
  | 'drag_to'
  | 'drag'
  | 'scroll'
  | 'scroll_down'
  | 'scroll_up'
  | 'scroll_direction'
>;
export type PointerHandlers = Pick<Handlers, PointerCommand>;

type Nothing = CommandResult<'left_click'>;

interface Place {
  readonly x?: number | null | undefined;
  readonly y?: number | null | undefined;
}

export interface PointerParts {
  readonly device: PointerDevice;
  readonly bounds: ScreenBounds;
  readonly held: HeldButtons;
  /** Where the pointer is. */
  readonly position: () => Promise<Point>;
  readonly manager: Pick<WindowManager, 'caughtUp'>;
  readonly clock: Clock;
}

export function createPointer(parts: PointerParts): PointerHandlers {
  const goTo = async (place: Place): Promise<void> => {
    const point = pointOf(place);
    if (!point) return;
    parts.bounds.check(point);
    await parts.device.move(point);
  };
  return { ...clickHandlers(parts, goTo), ...dragHandlers(parts), ...wheelHandlers(parts, goTo) };
}

type GoTo = (place: Place) => Promise<void>;
type ClickCommand = Exclude<PointerCommand, DragCommand | WheelCommand>;
type DragCommand = 'drag_to' | 'drag';
type WheelCommand = 'scroll' | 'scroll_down' | 'scroll_up' | 'scroll_direction';

/**
 * Milliseconds after a click in which toolkits count the next one to it (GTK and Qt 400, browsers 500). GTK also loses
 * the first of several clicks elsewhere within that time.
 */
const COUNTED_MS = 520;

/**
 * Milliseconds between the clicks of one command. A window that has not the focus gets its first click from the window
 * manager, which raises it then: of clicks without a pause every seventh double click was lost on the way.
 */
const APART_MS = 60;

/** A window manager that needs longer hangs; it is not waited for again with the same button down. Milliseconds. */
const MANAGER_MS = 1000;

/**
 * Waits for the window manager while a button is down. It takes the pointer when it comes to the press, begins to move a window
 * when it comes to the first move, and gets nothing of what the pointer did before either: of windows that were dragged by three
 * commands within 10 ms some stayed where they were.
 */
class Followed {
  readonly #manager: PointerParts['manager'];
  #hangs = false;

  constructor(manager: PointerParts['manager']) {
    this.#manager = manager;
  }

  /** A button went down. */
  pressed(): void {
    this.#hangs = false;
  }

  /** Resolves when the manager has seen what the pointer did so far. */
  async seen(signal: AbortSignal): Promise<void> {
    if (!this.#hangs) this.#hangs = !(await this.#manager.caughtUp(MANAGER_MS, signal));
  }
}

type ClickHandlers = Pick<PointerHandlers, ClickCommand>;

function clickHandlers(parts: PointerParts, goTo: GoTo): ClickHandlers {
  const { device, held, clock, manager } = parts;
  let lastClick = -Infinity;
  const followed = new Followed(manager);
  /** Moves, with the button down if it is. */
  const carryTo = async (place: Place, signal: AbortSignal): Promise<Nothing> => {
    const isCarried = pointOf(place) !== undefined && [...held.buttons].length > 0;
    if (isCarried) await followed.seen(signal);
    await goTo(place);
    if (isCarried) await followed.seen(signal);
    return {};
  };
  const clickAt = async (place: Place, button: Button): Promise<Nothing> => {
    await goTo(place);
    await device.click(button);
    lastClick = clock.now();
    return {};
  };
  /** Clicks that are to count as these and no others. */
  const clicksAt = async (place: Place, times: number, signal: AbortSignal): Promise<Nothing> => {
    await goTo(place);
    const wait = lastClick + COUNTED_MS - clock.now();
    if (wait > 0) await sleep(clock, wait, signal);
    await device.click('left');
    for (let count = 1; count < times; count += 1) {
      await sleep(clock, APART_MS, signal);
      await device.click('left');
    }
    lastClick = clock.now();
    return {};
  };
  return {
    left_click: (params) => clickAt(params, params.button),
    right_click: (params) => clickAt(params, 'right'),
    middle_click: (params) => clickAt(params, 'middle'),
    double_click: (params, { signal }) => clicksAt(params, 2, signal),
    triple_click: (params, { signal }) => clicksAt(params, 3, signal),
    mouse_down: async (params, { session }) => {
      await goTo(params);
      await held.press(params.button, session);
      followed.pressed();
      return {};
    },
    mouse_up: async (params, { signal }) => {
      await carryTo(params, signal);
      await held.release(params.button);
      lastClick = clock.now();
      return {};
    },
    move_cursor: (params, { signal }) => carryTo(params, signal),
  };
}

type DragHandlers = Pick<PointerHandlers, DragCommand>;

function dragHandlers({ device, bounds, position, manager }: PointerParts): DragHandlers {
  const hand = (): DragHand => {
    const followed = new Followed(manager);
    return { device, seen: (signal) => followed.seen(signal) };
  };
  return {
    drag_to: async ({ x, y, button, duration }, { signal }) => {
      bounds.check({ x, y });
      await dragPath({ path: [await position(), { x, y }], button, seconds: duration }, hand(), signal);
      return {};
    },
    drag: async ({ path, button, duration }, { signal }) => {
      const points = path.map(([x, y]) => ({ x, y }));
      for (const point of points) bounds.check(point);
      await dragPath({ path: points, button, seconds: duration }, hand(), signal);
      return {};
    },
  };
}

function wheelHandlers({ device }: PointerParts, goTo: GoTo): Pick<PointerHandlers, WheelCommand> {
  const wheel = async (direction: WheelDirection, notches: number): Promise<Nothing> => {
    if (notches > 0) await device.wheel(direction, notches);
    return {};
  };
  return {
    scroll: async (params) => {
      const isAtPlace = params.scroll_x !== undefined || params.scroll_y !== undefined;
      const right = notches(isAtPlace ? params.scroll_x : params.x);
      const up = notches(isAtPlace ? params.scroll_y : params.y);
      if (isAtPlace) await goTo({ x: Math.round(params.x), y: Math.round(params.y) });
      await wheel(up > 0 ? 'up' : 'down', Math.abs(up));
      return wheel(right > 0 ? 'right' : 'left', Math.abs(right));
    },
    scroll_down: ({ clicks }) => wheel('down', clicks),
    scroll_up: ({ clicks }) => wheel('up', clicks),
    scroll_direction: ({ direction, clicks }) => wheel(direction, clicks),
  };
}

/** Cua's rule: a place counts only where both its numbers are given. */
function pointOf({ x, y }: Place): Point | undefined {
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : undefined;
}

const MAX_NOTCHES = 100;

function notches(amount = 0): number {
  const rounded = Math.round(amount);
  if (Math.abs(rounded) <= MAX_NOTCHES) return rounded;
  throw new DeskreelError('bad_params', `scroll: at most ${MAX_NOTCHES} notches at once, not ${rounded}`);
}
