// A connection to the X server for looking at windows: their properties by name.
import type { XEvent } from 'x11';
import { type Display, openDisplay } from '../x/display.ts';

/** Widths of the four borders around a window. */
export interface Borders {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const ATOMS = [
  '_NET_CLIENT_LIST',
  '_NET_ACTIVE_WINDOW',
  '_NET_WM_PID',
  '_NET_WM_NAME',
  '_NET_WM_STATE',
  '_NET_WM_STATE_HIDDEN',
  '_NET_WM_STATE_MAXIMIZED_HORZ',
  '_NET_WM_STATE_MAXIMIZED_VERT',
  '_NET_FRAME_EXTENTS',
  '_NET_REQUEST_FRAME_EXTENTS',
  '_NET_MOVERESIZE_WINDOW',
  '_NET_CLOSE_WINDOW',
  '_GTK_FRAME_EXTENTS',
  'WM_CHANGE_STATE',
  '_XROOTPMAP_ID',
] as const;
export type AtomName = (typeof ATOMS)[number];
const WM_NAME = 39;
const WM_CLASS = 67;
const PROPERTY_CHANGE = 0x40_0000;
const STRUCTURE_NOTIFY = 0x2_0000;
/** SubstructureRedirect and SubstructureNotify: what window managers listen to. */
const TO_MANAGER = 0x18_0000;

export class WindowConnection {
  readonly display: Display;
  readonly atoms: Readonly<Record<AtomName, number>>;

  readonly #listeners = new Set<(event?: XEvent) => void>();

  constructor(display: Display, atoms: Record<AtomName, number>) {
    this.display = display;
    this.atoms = atoms;
    const tell = (event?: XEvent): void => {
      for (const listener of this.#listeners) listener(event);
    };
    display.onEvent(tell);
    display.onEnd(tell);
  }

  /** Tells of events of the windows that are watched, and, without an event, of the end. Returns what ends it. */
  listen(listener: (event?: XEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Events tell from now on when the window's properties, place or state change. */
  watch(window: number): void {
    const eventMask = window === this.display.root ? PROPERTY_CHANGE : PROPERTY_CHANGE | STRUCTURE_NOTIFY;
    this.display.tell('ChangeWindowAttributes', window, { eventMask });
  }

  /** Sends the window manager a message about a window. */
  tellManager(window: number, type: AtomName, data: readonly number[]): void {
    const padded = [...data, 0, 0, 0, 0, 0].slice(0, 5);
    const message = { name: 'ClientMessage', format: 32, wid: window, message_type: this.atoms[type] };
    this.display.tell('SendEvent', this.display.root, 0, TO_MANAGER, { ...message, data: padded });
  }

  async cardinals(window: number, name: AtomName): Promise<number[]> {
    const { data } = await this.#property(window, this.atoms[name]);
    return Array.from({ length: data.length >> 2 }, (_unused, at) => data.readUInt32LE(at * 4));
  }

  async borders(window: number, name: AtomName): Promise<Borders> {
    const [left = 0, right = 0, top = 0, bottom = 0] = await this.cardinals(window, name);
    return { left, right, top, bottom };
  }

  async title(window: number): Promise<string> {
    const modern = await this.#property(window, this.atoms._NET_WM_NAME);
    if (modern.data.length > 0) return modern.data.toString('utf8');
    return (await this.#property(window, WM_NAME)).data.toString('latin1');
  }

  /** What a window's program calls itself. */
  async classes(window: number): Promise<string[]> {
    const { data } = await this.#property(window, WM_CLASS);
    return data
      .toString('latin1')
      .split('\0')
      .filter((name) => name !== '');
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

export async function openWindowConnection(name: string): Promise<WindowConnection> {
  const display = await openDisplay(name);
  const atoms = await Promise.all(ATOMS.map((atom) => display.ask<number>('InternAtom', false, atom)));
  const byName = Object.fromEntries(ATOMS.map((atom, at) => [atom, atoms[at]])) as Record<AtomName, number>;
  return new WindowConnection(display, byName);
}

/** Undefined where the window that was asked about has closed. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
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
