// One reading of the whole desktop: programs and windows are read at the same time, then put together.
import type { TreeReport } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';
import type { TreelessApplication, TreeLimits } from './accessibility.ts';
import type { Application } from './application.ts';
import type { BusWatch } from './bus-watch.ts';
import { findFocus, type FocusTracker } from './focus.ts';
import type { Element } from './element.ts';
import type { ElementIds } from './ids.ts';
import { hasState, ROLE_WINDOW, STATE_ACTIVE, STATE_SHOWING } from './names.ts';
import { placeByScreen, type Screen } from './placement.ts';
import { type Gap, messageOf, type Program, readPrograms } from './programs.ts';
import { countNodes, desktopNode, keepFirst } from './report.ts';
import { placeByWindow } from './window-placement.ts';
import type { XWindow, XWindows } from '../windows/x-windows.ts';

export interface TreeReaderParts {
  readonly watch: BusWatch;
  readonly windows: XWindows;
  readonly ids: ElementIds;
  readonly focus: FocusTracker;
  readonly clock: Clock;
}

/** No process has this number. */
const NO_PROCESS = 0;
const NOTHING_ACTIVE: Gap = {
  application: 'active window',
  reason: 'no window is active, or its process is not known',
};

export class TreeReader {
  readonly #parts: TreeReaderParts;

  constructor(parts: TreeReaderParts) {
    this.#parts = parts;
  }

  /** Rejects only when `signal` ends. */
  async read(limits: TreeLimits, signal: AbortSignal): Promise<TreeReport> {
    const { watch, windows, clock, ids } = this.#parts;
    const started = clock.now();
    const pid = await this.#scope(limits);
    const [{ programs, found, gaps }, screen] = await Promise.all([
      readPrograms(watch, limits, clock, signal, pid),
      this.#inTime(windows.read(), limits),
    ]);
    const missing = await this.#place(programs, found, screen, limits, pid);
    if (limits.scope === 'focused_window') programs.forEach(({ read }) => keepActiveWindow(read.root));
    const { kept, cut } = keepFirst(programs, limits.max_nodes);
    const tree = desktopNode(screen instanceof Error ? undefined : screen.screen, kept, ids);
    ids.forget((address, name) => watch.buses.some((bus) => bus.address === address && bus.has(name)));
    return {
      tree,
      nodes: countNodes(tree),
      truncated:
        cut || programs.length < found.length || programs.some(({ read }) => read.cut || !read.whole),
      unavailable: [...gaps, ...missing, ...(pid === NO_PROCESS ? [NOTHING_ACTIVE] : [])],
      duration_ms: clock.now() - started,
    };
  }

  /** Windows whose programs are on no bus. */
  async treeless(signal: AbortSignal): Promise<TreelessApplication[]> {
    const { watch, windows } = this.#parts;
    await watch.find();
    const lists = await Promise.all(watch.buses.map((bus) => bus.applications(signal)));
    const applications = lists.flat();
    // One that hangs is on the bus all the same; where its process is not known, its name is of no use either.
    await Promise.allSettled(applications.map((application) => application.introduce(signal)));
    return withoutTree(applications, (await windows.read()).windows);
  }

  /** The one process that is to be read; undefined for all of them, and where it cannot be learnt which is active. */
  async #scope(limits: TreeLimits): Promise<number | undefined> {
    if (limits.scope === 'pid') return limits.pid ?? undefined;
    if (limits.scope !== 'focused_window') return undefined;
    const active = await this.#inTime(this.#parts.windows.active(), limits);
    return active instanceof Error ? undefined : (active?.pid ?? NO_PROCESS);
  }

  /** Gives elements their bounds and finds the focus among them. Returns what windows say is missing. */
  async #place(
    programs: readonly Program[],
    found: readonly Application[],
    screen: Screen | Error,
    limits: TreeLimits,
    pid: number | undefined,
  ): Promise<Gap[]> {
    const { windows, focus } = this.#parts;
    if (screen instanceof Error) return [unreadWindows(screen)];
    const byWindow = programs.some(({ application }) => !application.screenPositions);
    const popups = byWindow ? await this.#inTime(windows.readPopups(), limits) : [];
    const owners = focus.place ? undefined : await this.#inTime(windows.owners(), limits);
    const failed = [popups, owners].find((one) => one instanceof Error);
    const all = popups instanceof Error ? screen.windows : [...screen.windows, ...popups];
    for (const { application, read } of programs) {
      if (application.screenPositions) placeByScreen(read.root, application.pid, screen);
      else placeByWindow(read.root, application.pid, { ...screen, windows: all });
    }
    if (owners && !(owners instanceof Error)) findFocus(programs, owners, focus);
    return [...treelessGaps(found, screen, pid), ...(failed ? [unreadWindows(failed)] : [])];
  }

  /** An X server that hangs costs no more than an application that does. */
  async #inTime<T>(answer: Promise<T>, { timeout }: TreeLimits): Promise<T | Error> {
    let cancel = (): void => undefined;
    const late = new Promise<Error>((resolve) => {
      cancel = this.#parts.clock.after(timeout * 1000, () => {
        resolve(new Error(`no answer within ${timeout} s`));
      });
    });
    const failed = (error: unknown): Error => (error instanceof Error ? error : new Error(messageOf(error)));
    try {
      return await Promise.race([answer.catch(failed), late]);
    } finally {
      cancel();
    }
  }
}

/** The window that has the focus, and the menus and popups of its program. */
function keepActiveWindow(root: Element): void {
  root.children = root.children.filter(
    ({ role, states }) =>
      hasState(states, STATE_ACTIVE) || (role === ROLE_WINDOW && hasState(states, STATE_SHOWING)),
  );
}

function unreadWindows(error: Error): Gap {
  return {
    application: 'X server',
    reason: `windows could not be read, so bounds are missing: ${error.message}`,
  };
}

function treelessGaps(found: readonly Application[], { windows }: Screen, pid: number | undefined): Gap[] {
  const asked = pid === undefined ? windows : windows.filter((window) => window.pid === pid);
  return withoutTree(found, asked).map(({ title }) => ({
    application: title,
    reason: 'it has a window and is not on the accessibility bus',
  }));
}

function withoutTree(
  applications: readonly Application[],
  windows: readonly XWindow[],
): TreelessApplication[] {
  const known = new Set(applications.map(({ pid }) => pid));
  return windows
    .filter(({ pid }) => pid === undefined || !known.has(pid))
    .map(({ pid, title }) => ({ pid, title }));
}
