// Which windows tell whether keys have been read: the focused toplevel, popups in front, and what else their program has.
import type { Display } from '../x/display.ts';

/** GetInputFocus answers this or less where no window has the focus. */
const NO_WINDOW = 1;
const MAX_DEPTH = 30;
const VIEWABLE = 2;
const BAD_WINDOW = 3;
const ANY_TYPE = 0;

export interface Listeners {
  /** Whether the focused window is among the readers; where it is not, only its process can be watched. */
  readonly isFocusHeard: boolean;
  /** The process of the focused window, where its windows say it. */
  readonly pid: number | undefined;
  /** Windows that get the keys: they answer in order with the keys that they have read. */
  readonly readers: readonly number[];
  /**
   * Windows of the same programs on other connections. A browser reads keys on one and the keyboard map on another:
   * what was said on one connection may be heard after what was said later on the other.
   */
  readonly companions: readonly number[];
}

export interface Focus {
  /** The window that has the focus now; 0 where none has. */
  window(): Promise<number>;
  /** Who answers a ping for what is typed into `window`; empty where nobody does. */
  listeners(window: number): Promise<Listeners>;
}

export interface FocusAtoms {
  readonly ping: number;
  readonly protocols: number;
  readonly pid: number;
}

interface Tree {
  readonly parent: number;
  readonly children: readonly number[];
}

/** What is known of a child of the root window. */
interface Candidate {
  readonly window: number;
  readonly pid: number | undefined;
  readonly answers: boolean;
  readonly isPopup: boolean;
}

export function watchFocus(display: Display, atoms: FocusAtoms): Focus {
  return {
    window: async () => {
      const { focus } = await display.ask<{ focus: number }>('GetInputFocus');
      return focus > NO_WINDOW ? focus : 0;
    },
    listeners: async (window) => {
      const [path, candidates] = await Promise.all([
        readPath(display, atoms, window),
        readCandidates(display, atoms),
      ]);
      const top = path.find(({ answers }) => answers);
      const popups = candidates.filter(({ isPopup, answers }) => isPopup && answers);
      const readers = [...(top ? [top] : []), ...popups];
      return {
        isFocusHeard: top !== undefined,
        pid: path.find(({ pid }) => pid !== undefined)?.pid,
        readers: [...new Set(readers.map((reader) => reader.window))],
        companions: companionsOf(readers, candidates, display.resourceMask),
      };
    },
  };
}

/** The window and those around it, up to the first that answers pings, or to the root. */
async function readPath(display: Display, atoms: FocusAtoms, window: number): Promise<Candidate[]> {
  const path: Candidate[] = [];
  let at = window;
  while (path.length < MAX_DEPTH && at > NO_WINDOW && at !== display.root) {
    const found = await readCandidate(display, atoms, at);
    if (!found) break;
    path.push(found);
    const tree = found.answers ? undefined : await unlessGone(display.ask<Tree>('QueryTree', at));
    if (!tree) break;
    at = tree.parent;
  }
  return path;
}

async function readCandidates(display: Display, atoms: FocusAtoms): Promise<Candidate[]> {
  const { children } = await display.ask<Tree>('QueryTree', display.root);
  const found = await Promise.all(children.map((child) => readCandidate(display, atoms, child)));
  return found.filter((candidate) => candidate !== undefined);
}

async function readCandidate(
  display: Display,
  atoms: FocusAtoms,
  window: number,
): Promise<Candidate | undefined> {
  const [attributes, protocols, pids] = await Promise.all([
    unlessGone(display.ask<{ mapState: number; overrideRedirect: number }>('GetWindowAttributes', window)),
    readNumbers(display, window, atoms.protocols),
    readNumbers(display, window, atoms.pid),
  ]);
  if (!attributes || !protocols) return undefined;
  return {
    window,
    pid: pids?.[0],
    answers: protocols.includes(atoms.ping),
    isPopup: attributes.mapState === VIEWABLE && attributes.overrideRedirect === 1,
  };
}

/** One window of each other connection of the readers' processes. */
function companionsOf(
  readers: readonly Candidate[],
  candidates: readonly Candidate[],
  resourceMask: number,
): number[] {
  const connectionOf = ({ window }: Candidate): number => (window & ~resourceMask) >>> 0;
  const known = new Set(readers.map((reader) => connectionOf(reader)));
  const pids = new Set(readers.map(({ pid }) => pid).filter((pid) => pid !== undefined));
  const companions: number[] = [];
  for (const candidate of candidates) {
    const { pid, answers, window } = candidate;
    if (!answers || pid === undefined || !pids.has(pid) || known.has(connectionOf(candidate))) continue;
    known.add(connectionOf(candidate));
    companions.push(window);
  }
  return companions;
}

async function readNumbers(
  display: Display,
  window: number,
  property: number,
): Promise<number[] | undefined> {
  const asked = display.ask<{ data: Buffer }>('GetProperty', 0, window, property, ANY_TYPE, 0, 64);
  const data = (await unlessGone(asked))?.data;
  return (
    data && Array.from({ length: Math.floor(data.length / 4) }, (_, index) => data.readUInt32LE(index * 4))
  );
}

/** A window may close between two requests; then there is nothing to know of it. Anything else is a fault. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'error' in error && error.error === BAD_WINDOW) return undefined;
    throw error;
  }
}
