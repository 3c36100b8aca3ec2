// What the window manager is asked for, and whether it was done. Windows are what people see: title bar and edges
// counted in, shadows left out.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Point, Size } from '../../protocol/primitives.ts';
import type { Rectangle } from '../accessibility/atspi.ts';
import { visiblePart } from '../accessibility/placement.ts';
import { unlessGone, type WindowConnection } from './window-connection.ts';
import type { XWindow, XWindows } from './x-windows.ts';

/** A window manager that needs longer hangs. Milliseconds. */
const MANAGED_MS = 3000;
/** So long may a program take to close its window; what is open then waits for an answer. Milliseconds. */
const CLOSING_MS = 1500;

/** A large picture takes a while to be read. Milliseconds. */
const DRAWING_MS = 5000;

const NORTH_WEST = 1;
const HAS_PLACE = (1 << 8) | (1 << 9);
const HAS_SIZE = (1 << 10) | (1 << 11);
/** Requests say who asks: a tool for the user, whose word counts as the user's. */
const BY_USER = 2;
const ADD_STATE = 1;
const ICONIC = 3;

export class WindowManager {
  readonly #windows: XWindows;
  /** A window of our own for each connection, by which the manager shows how far it is. */
  readonly #markers = new WeakMap<WindowConnection, number>();

  constructor(windows: XWindows) {
    this.#windows = windows;
  }

  /** Those of programs whose name, or whose title, contains `text`; all where that is empty. */
  async find(text: string): Promise<XWindow[]> {
    const { windows } = await this.#windows.read();
    const wanted = text.toLowerCase();
    return windows.filter(({ title, classes }) =>
      [title, ...classes].some((name) => name.toLowerCase().includes(wanted)),
    );
  }

  /** Throws `not_found`. */
  async get(id: number): Promise<XWindow> {
    const { windows } = await this.#windows.read();
    const window = windows.find((one) => one.id === id);
    if (window) return window;
    throw new DeskreelError('not_found', `there is no window ${id}; get_application_windows tells which are`);
  }

  /** Throws `not_found` where no window is active. */
  async active(): Promise<XWindow> {
    const window = await this.#windows.active();
    if (window) return window;
    throw new DeskreelError('not_found', 'no window is active');
  }

  async move(id: number, to: Point, signal: AbortSignal): Promise<Rectangle> {
    const { shadow } = await this.get(id);
    const data = [NORTH_WEST | HAS_PLACE | (BY_USER << 12), to.x - shadow.left, to.y - shadow.top];
    return this.#reshape(id, data, signal);
  }

  async resize(id: number, to: Size, signal: AbortSignal): Promise<Rectangle> {
    const window = await this.get(id);
    const seen = visiblePart(window);
    // Around what people see are the frame, outside of the program's own window, and the shadow, inside of it.
    const width = Math.max(1, to.width - seen.width + window.place.width);
    const height = Math.max(1, to.height - seen.height + window.place.height);
    return this.#reshape(id, [NORTH_WEST | HAS_SIZE | (BY_USER << 12), 0, 0, width, height], signal);
  }

  async maximize(id: number, signal: AbortSignal): Promise<void> {
    const done = async (connection: WindowConnection): Promise<boolean> => {
      const { atoms } = connection;
      const states = await connection.cardinals(id, '_NET_WM_STATE');
      const both = [atoms._NET_WM_STATE_MAXIMIZED_HORZ, atoms._NET_WM_STATE_MAXIMIZED_VERT];
      return both.every((state) => states.includes(state));
    };
    await this.#ask(id, 'maximise', done, signal, (connection) => {
      const { _NET_WM_STATE_MAXIMIZED_HORZ: across, _NET_WM_STATE_MAXIMIZED_VERT: down } = connection.atoms;
      connection.tellManager(id, '_NET_WM_STATE', [ADD_STATE, across, down, BY_USER]);
    });
  }

  async minimize(id: number, signal: AbortSignal): Promise<void> {
    const done = async (connection: WindowConnection): Promise<boolean> => {
      const states = await connection.cardinals(id, '_NET_WM_STATE');
      return states.includes(connection.atoms._NET_WM_STATE_HIDDEN);
    };
    await this.#ask(id, 'minimise', done, signal, (connection) => {
      connection.tellManager(id, 'WM_CHANGE_STATE', [ICONIC]);
    });
  }

  async activate(id: number, signal: AbortSignal): Promise<void> {
    const done = async (connection: WindowConnection): Promise<boolean> => {
      const [active] = await connection.cardinals(connection.display.root, '_NET_ACTIVE_WINDOW');
      return active === id;
    };
    await this.#ask(id, 'activate', done, signal, (connection) => {
      connection.tellManager(id, '_NET_ACTIVE_WINDOW', [BY_USER]);
    });
  }

  /** Whether it is gone. Its program may ask first, about unsaved changes. */
  async close(id: number, signal: AbortSignal): Promise<boolean> {
    await this.get(id);
    const connection = await this.#windows.connection();
    const gone = async (): Promise<boolean> => {
      const clients = await connection.cardinals(connection.display.root, '_NET_CLIENT_LIST');
      return !clients.includes(id);
    };
    connection.watch(connection.display.root);
    connection.tellManager(id, '_NET_CLOSE_WINDOW', [0, BY_USER]);
    return until(connection, gone, CLOSING_MS, signal);
  }

  /** Whether the manager has come to what the X server had told it when this was asked; false where it takes longer than `limitMs`. */
  async caughtUp(limitMs: number, signal: AbortSignal): Promise<boolean> {
    return this.#caughtUp(await this.#windows.connection(), limitMs, signal);
  }

  /** Runs `change` and tells whether the desktop has drawn another background after it. */
  async redrawn(change: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    const connection = await this.#windows.connection();
    connection.watch(connection.display.root);
    let drawn = false;
    const stop = connection.listen((event) => {
      drawn ||= event?.name === 'PropertyNotify' && event['atom'] === connection.atoms._XROOTPMAP_ID;
    });
    try {
      await change();
      return await until(connection, () => Promise.resolve(drawn), DRAWING_MS, signal);
    } finally {
      stop();
    }
  }

  /** Moves or resizes; where the window is then is the manager's choice and its program's. */
  async #reshape(id: number, data: readonly number[], signal: AbortSignal): Promise<Rectangle> {
    const connection = await this.#windows.connection();
    connection.tellManager(id, '_NET_MOVERESIZE_WINDOW', data);
    if (!(await this.#caughtUp(connection, MANAGED_MS, signal)))
      throw new DeskreelError('command_failed', 'the window manager does not answer');
    return visiblePart(await this.get(id));
  }

  async #ask(
    id: number,
    what: string,
    done: (connection: WindowConnection) => Promise<boolean>,
    signal: AbortSignal,
    ask: (connection: WindowConnection) => void,
  ): Promise<void> {
    await this.get(id);
    const connection = await this.#windows.connection();
    connection.watch(id);
    connection.watch(connection.display.root);
    ask(connection);
    if (await until(connection, () => done(connection), MANAGED_MS, signal)) return;
    throw new DeskreelError('command_failed', `the window manager did not ${what} window ${id}`);
  }

  /** Whether the manager answers for a window of ours, which it does in its turn: when it has dealt with all that it was told. */
  async #caughtUp(connection: WindowConnection, limitMs: number, signal: AbortSignal): Promise<boolean> {
    const marker = this.#markerOf(connection);
    connection.display.tell('DeleteProperty', marker, connection.atoms._NET_FRAME_EXTENTS);
    connection.tellManager(marker, '_NET_REQUEST_FRAME_EXTENTS', []);
    const answered = async (): Promise<boolean> =>
      (await connection.cardinals(marker, '_NET_FRAME_EXTENTS')).length > 0;
    return until(connection, answered, limitMs, signal);
  }

  #markerOf(connection: WindowConnection): number {
    const known = this.#markers.get(connection);
    if (known !== undefined) return known;
    const { display } = connection;
    const marker = display.client.AllocID();
    const inputOnly = 2;
    display.tell('CreateWindow', marker, display.root, 0, 0, 1, 1, 0, 0, inputOnly, 0, {});
    connection.watch(marker);
    this.#markers.set(connection, marker);
    return marker;
  }
}

/** Whether `holds` became true within `limitMs`: asked now, and after each event. */
async function until(
  connection: WindowConnection,
  holds: () => Promise<boolean>,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const limit = AbortSignal.timeout(limitMs);
  let happened = Promise.withResolvers<undefined>();
  const wake = (): void => happened.resolve(undefined);
  const stop = connection.listen(wake);
  limit.addEventListener('abort', wake);
  signal.addEventListener('abort', wake);
  try {
    for (;;) {
      signal.throwIfAborted();
      happened = Promise.withResolvers<undefined>();
      // A window that is gone has no state; what is asked for cannot hold any more.
      if (await unlessGone(holds())) return true;
      if (limit.aborted) return false;
      await happened.promise;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}
