// Whether the desktop's own parts are on the screen: window manager, panel, and what is behind the windows.
import type { GuestStatus } from '../../protocol/link.ts';
import { openDisplay, type Display } from '../x/display.ts';

type Gap = GuestStatus['missing'][number];

export interface DesktopParts {
  /** The parts that are not there now, each with the reason. */
  missing(): Promise<Gap[]>;
}

const ATOMS = ['_NET_SUPPORTING_WM_CHECK', '_NET_CLIENT_LIST', 'XFCE_DESKTOP_WINDOW'] as const;
type AtomName = (typeof ATOMS)[number];
const WM_CLASS = 67;
const VIEWABLE = 2;
const PANEL_CLASS = 'xfce4-panel';
const LONGEST = 10_000;

/** Opens a connection of its own; rejects where no X server answers. */
export async function openDesktopParts(displayName: string): Promise<DesktopParts> {
  const display = await openDisplay(displayName);
  const ids = await Promise.all(ATOMS.map((name) => display.ask<number>('InternAtom', false, name)));
  const atoms = Object.fromEntries(ATOMS.map((name, index) => [name, ids[index]])) as Record<
    AtomName,
    number
  >;
  const reader = new WindowReader(display);
  return {
    async missing() {
      const [manager, panel, background] = await Promise.all([
        hasManager(reader, display.root, atoms._NET_SUPPORTING_WM_CHECK),
        hasPanel(reader, display.root, atoms._NET_CLIENT_LIST),
        hasBackground(reader, display.root, atoms.XFCE_DESKTOP_WINDOW),
      ]);
      const gaps: Gap[] = [];
      if (!manager)
        gaps.push({ part: 'window manager', reason: 'xfwm4 manages no windows; it is being restarted' });
      if (!panel) gaps.push({ part: 'panel', reason: 'xfce4-panel shows no window; it is being restarted' });
      if (!background)
        gaps.push({ part: 'background', reason: 'xfdesktop shows no window; it is being restarted' });
      return gaps;
    },
  };
}

/** After a crash the root's property names a window that is gone: the window must name itself too. */
async function hasManager(reader: WindowReader, root: number, check: number): Promise<boolean> {
  const [window] = await reader.numbers(root, check);
  if (window === undefined) return false;
  const [self] = await reader.numbers(window, check);
  return self === window;
}

async function hasPanel(reader: WindowReader, root: number, list: number): Promise<boolean> {
  const windows = await reader.numbers(root, list);
  const classes = await Promise.all(windows.map((window) => reader.text(window, WM_CLASS)));
  return classes.some((name) => name.toLowerCase().includes(PANEL_CLASS));
}

async function hasBackground(reader: WindowReader, root: number, desktop: number): Promise<boolean> {
  const [window] = await reader.numbers(root, desktop);
  return window !== undefined && reader.isViewable(window);
}

/** Reads properties; a window that is gone has none. */
class WindowReader {
  readonly #display: Display;

  constructor(display: Display) {
    this.#display = display;
  }

  async numbers(window: number, atom: number): Promise<number[]> {
    const data = await this.#property(window, atom);
    return Array.from({ length: Math.floor(data.length / 4) }, (_, index) => data.readUInt32LE(index * 4));
  }

  async text(window: number, atom: number): Promise<string> {
    return (await this.#property(window, atom)).toString('latin1');
  }

  async isViewable(window: number): Promise<boolean> {
    const attributes = await this.#unlessGone(
      this.#display.ask<{ mapState: number }>('GetWindowAttributes', window),
    );
    return attributes?.mapState === VIEWABLE;
  }

  async #property(window: number, atom: number): Promise<Buffer> {
    const asked = this.#display.ask<{ data: Buffer }>('GetProperty', 0, window, atom, 0, 0, LONGEST);
    return (await this.#unlessGone(asked))?.data ?? Buffer.alloc(0);
  }

  async #unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof Error && 'error' in error && error.error === BAD_WINDOW) return undefined;
      throw error;
    }
  }
}

const BAD_WINDOW = 3;
