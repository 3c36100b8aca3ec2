// The windows that X shows: whose they are, where they are, and what the window manager drew around them.
import type { Display } from '../x/display.ts';
import type { Rectangle } from '../accessibility/atspi.ts';
import {
  openWindowConnection,
  unlessGone,
  type Borders,
  type WindowConnection,
} from './window-connection.ts';

export interface XWindow {
  readonly id: number;
  readonly pid: number | undefined;
  readonly title: string;
  /** What its program calls itself: both parts of WM_CLASS. */
  readonly classes: readonly string[];
  /** The program's own window, on the screen, without what the window manager drew around it. */
  readonly place: Rectangle;
  /** The window manager's title bar and edges, outside of `place`. */
  readonly frame: Borders;
  /** Shadows that the program draws inside of `place`, around what a person takes for the window. */
  readonly shadow: Borders;
  /** It is on the screen, not minimised. */
  readonly mapped: boolean;
  /** A menu or a popover: out of the window manager's hands. */
  readonly popup: boolean;
}

/** Programs by the windows that they own. */
export interface WindowOwners {
  /** Undefined where no window has the focus, or its program is not known. */
  readonly active: number | undefined;
  readonly all: ReadonlySet<number>;
}

interface Attributes {
  readonly mapState: number;
  readonly overrideRedirect: number;
  readonly klass: number;
}

interface Geometry {
  readonly width: number;
  readonly height: number;
}

interface Position {
  readonly destX: number;
  readonly destY: number;
}

const VIEWABLE = 2;
const INPUT_OUTPUT = 1;

/** Reads windows over a connection of its own, which is opened when it is first needed and again after a loss. */
export class XWindows {
  readonly #display: string;
  #connection: Promise<WindowConnection> | undefined;
  #closed = false;

  constructor(display: string) {
    this.#display = display;
  }

  /** The screen and the windows that the window manager has in its hands. Rejects where no X server answers. */
  async read(): Promise<{ screen: Rectangle; windows: XWindow[] }> {
    const connection = await this.connection();
    const { root } = connection.display;
    const [screen, clients] = await Promise.all([
      connection.display.ask<Geometry>('GetGeometry', root),
      connection.cardinals(root, '_NET_CLIENT_LIST'),
    ]);
    const windows = await Promise.all(clients.map((id) => readWindow(connection, id, false)));
    return {
      screen: { x: 0, y: 0, width: screen.width, height: screen.height },
      windows: windows.filter((window) => window !== undefined),
    };
  }

  /** Menus and popovers on the screen. A separate reading: it looks at every window below the root. */
  async readPopups(): Promise<XWindow[]> {
    const connection = await this.connection();
    const ids = await connection.children();
    const shown = await Promise.all(ids.map((id) => isPopup(connection.display, id)));
    const popups = ids.filter((_id, at) => shown[at]);
    const windows = await Promise.all(popups.map((id) => readWindow(connection, id, true)));
    return windows.filter((window) => window !== undefined);
  }

  /** The program whose window has the focus, and those that could have it. */
  async owners(): Promise<WindowOwners> {
    const connection = await this.connection();
    const { root } = connection.display;
    const [[active = 0], clients] = await Promise.all([
      connection.cardinals(root, '_NET_ACTIVE_WINDOW'),
      connection.cardinals(root, '_NET_CLIENT_LIST'),
    ]);
    const pids = await Promise.all(clients.map((id) => unlessGone(connection.cardinals(id, '_NET_WM_PID'))));
    return {
      active: pids[clients.indexOf(active)]?.[0],
      all: new Set(pids.flatMap((pid) => pid ?? [])),
    };
  }

  /** The window that has the focus, where one has. */
  async active(): Promise<XWindow | undefined> {
    const connection = await this.connection();
    const [id = 0] = await connection.cardinals(connection.display.root, '_NET_ACTIVE_WINDOW');
    return id === 0 ? undefined : readWindow(connection, id, false);
  }

  close(): void {
    this.#closed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      ({ display }) => display.close(),
      () => undefined,
    );
  }

  /** The connection that windows are read over. */
  connection(): Promise<WindowConnection> {
    if (this.#closed) return Promise.reject(new Error('the windows are not looked at any more'));
    return (this.#connection ??= this.#open());
  }

  #open(): Promise<WindowConnection> {
    const opened = openWindowConnection(this.#display);
    const forget = (): void => {
      if (this.#connection === opened) this.#connection = undefined;
    };
    opened.then(({ display }) => display.onEnd(forget), forget);
    return opened;
  }
}

async function isPopup(display: Display, id: number): Promise<boolean> {
  const attributes = await unlessGone(display.ask<Attributes>('GetWindowAttributes', id));
  if (attributes?.mapState !== VIEWABLE) return false;
  return attributes.overrideRedirect === 1 && attributes.klass === INPUT_OUTPUT;
}

/** Undefined where the window went away meanwhile. */
function readWindow(connection: WindowConnection, id: number, popup: boolean): Promise<XWindow | undefined> {
  const { display } = connection;
  const answers = Promise.all([
    display.ask<Attributes>('GetWindowAttributes', id),
    display.ask<Geometry>('GetGeometry', id),
    display.ask<Position>('TranslateCoordinates', id, display.root, 0, 0),
    connection.cardinals(id, '_NET_WM_PID'),
    connection.title(id),
    connection.classes(id),
    connection.borders(id, '_NET_FRAME_EXTENTS'),
    connection.borders(id, '_GTK_FRAME_EXTENTS'),
  ]);
  const window = answers.then(([attributes, geometry, position, pids, title, classes, frame, shadow]) => {
    const mapped = attributes.mapState === VIEWABLE;
    const place = { x: position.destX, y: position.destY, width: geometry.width, height: geometry.height };
    return { id, pid: pids[0], title, classes, place, frame, shadow, mapped, popup };
  });
  return unlessGone(window);
}
