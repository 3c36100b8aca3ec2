// The windows that X shows: whose they are, where they are, and what the window manager drew around them.
import { type Display, openDisplay } from '../x/display.ts';
import type { Rectangle } from './atspi.ts';

/** Widths of the four borders around a window. */
export interface Borders {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface XWindow {
  readonly id: number;
  readonly pid: number | undefined;
  readonly title: string;
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

const ATOMS = [
  '_NET_CLIENT_LIST',
  '_NET_ACTIVE_WINDOW',
  '_NET_WM_PID',
  '_NET_WM_NAME',
  '_NET_FRAME_EXTENTS',
  '_GTK_FRAME_EXTENTS',
] as const;
type AtomName = (typeof ATOMS)[number];
const WM_NAME = 39;
const VIEWABLE = 2;
const INPUT_OUTPUT = 1;

/** Reads windows over a connection of its own, which is opened when it is first needed and again after a loss. */
export class XWindows {
  readonly #display: string;
  #session: Promise<Session> | undefined;
  #closed = false;

  constructor(display: string) {
    this.#display = display;
  }

  /** The screen and the windows that the window manager has in its hands. Rejects where no X server answers. */
  async read(): Promise<{ screen: Rectangle; windows: XWindow[] }> {
    const session = await this.#open();
    const { root } = session.display;
    const [screen, clients] = await Promise.all([
      session.display.ask<Geometry>('GetGeometry', root),
      session.cardinals(root, '_NET_CLIENT_LIST'),
    ]);
    const windows = await Promise.all(clients.map((id) => readWindow(session, id, false)));
    return {
      screen: { x: 0, y: 0, width: screen.width, height: screen.height },
      windows: windows.filter((window) => window !== undefined),
    };
  }

  /** Menus and popovers on the screen. A separate reading: it looks at every window below the root. */
  async readPopups(): Promise<XWindow[]> {
    const session = await this.#open();
    const ids = await session.children();
    const shown = await Promise.all(ids.map((id) => isPopup(session.display, id)));
    const popups = ids.filter((_id, at) => shown[at]);
    const windows = await Promise.all(popups.map((id) => readWindow(session, id, true)));
    return windows.filter((window) => window !== undefined);
  }

  /** The program whose window has the focus, and those that could have it. */
  async owners(): Promise<WindowOwners> {
    const session = await this.#open();
    const { root } = session.display;
    const [[active = 0], clients] = await Promise.all([
      session.cardinals(root, '_NET_ACTIVE_WINDOW'),
      session.cardinals(root, '_NET_CLIENT_LIST'),
    ]);
    const pids = await Promise.all(clients.map((id) => unlessGone(session.cardinals(id, '_NET_WM_PID'))));
    return {
      active: pids[clients.indexOf(active)]?.[0],
      all: new Set(pids.flatMap((pid) => pid ?? [])),
    };
  }

  close(): void {
    this.#closed = true;
    const session = this.#session;
    this.#session = undefined;
    session?.then(
      ({ display }) => display.close(),
      () => undefined,
    );
  }

  #open(): Promise<Session> {
    if (this.#closed) return Promise.reject(new Error('the windows are not looked at any more'));
    const opened = (this.#session ??= openSession(this.#display));
    const forget = (): void => {
      if (this.#session === opened) this.#session = undefined;
    };
    opened.then(({ display }) => display.onEnd(forget), forget);
    return opened;
  }
}

class Session {
  readonly display: Display;
  readonly #atoms: Record<AtomName, number>;

  constructor(display: Display, atoms: Record<AtomName, number>) {
    this.display = display;
    this.#atoms = atoms;
  }

  async cardinals(window: number, name: AtomName): Promise<number[]> {
    const { data } = await this.#property(window, this.#atoms[name]);
    return Array.from({ length: data.length >> 2 }, (_unused, at) => data.readUInt32LE(at * 4));
  }

  async borders(window: number, name: AtomName): Promise<Borders> {
    const [left = 0, right = 0, top = 0, bottom = 0] = await this.cardinals(window, name);
    return { left, right, top, bottom };
  }

  async title(window: number): Promise<string> {
    const modern = await this.#property(window, this.#atoms._NET_WM_NAME);
    if (modern.data.length > 0) return modern.data.toString('utf8');
    return (await this.#property(window, WM_NAME)).data.toString('latin1');
  }

  /** The windows right below the root. */
  async children(): Promise<number[]> {
    const { children } = await this.display.ask<{ children: number[] }>('QueryTree', this.display.root);
    return children;
  }

  #property(window: number, atom: number): Promise<{ data: Buffer }> {
    return this.display.ask<{ data: Buffer }>('GetProperty', 0, window, atom, 0, 0, 4096);
  }
}

async function openSession(name: string): Promise<Session> {
  const display = await openDisplay(name);
  const atoms = await Promise.all(ATOMS.map((atom) => display.ask<number>('InternAtom', false, atom)));
  const byName = Object.fromEntries(ATOMS.map((atom, at) => [atom, atoms[at]])) as Record<AtomName, number>;
  return new Session(display, byName);
}

async function isPopup(display: Display, id: number): Promise<boolean> {
  const attributes = await unlessGone(display.ask<Attributes>('GetWindowAttributes', id));
  if (attributes?.mapState !== VIEWABLE) return false;
  return attributes.overrideRedirect === 1 && attributes.klass === INPUT_OUTPUT;
}

/** Undefined where the window went away meanwhile. */
function readWindow(session: Session, id: number, popup: boolean): Promise<XWindow | undefined> {
  const { display } = session;
  const answers = Promise.all([
    display.ask<Attributes>('GetWindowAttributes', id),
    display.ask<Geometry>('GetGeometry', id),
    display.ask<Position>('TranslateCoordinates', id, display.root, 0, 0),
    session.cardinals(id, '_NET_WM_PID'),
    session.title(id),
    session.borders(id, '_NET_FRAME_EXTENTS'),
    session.borders(id, '_GTK_FRAME_EXTENTS'),
  ]);
  const window = answers.then(([attributes, geometry, position, pids, title, frame, shadow]) => {
    const mapped = attributes.mapState === VIEWABLE;
    const place = { x: position.destX, y: position.destY, width: geometry.width, height: geometry.height };
    return { id, pid: pids[0], title, place, frame, shadow, mapped, popup };
  });
  return unlessGone(window);
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isBadWindow(error)) return undefined;
    throw error;
  }
}

/** BadWindow (3) or BadDrawable (9): it closed between two requests. */
function isBadWindow(error: unknown): boolean {
  return error instanceof Error && 'error' in error && (error.error === 3 || error.error === 9);
}
