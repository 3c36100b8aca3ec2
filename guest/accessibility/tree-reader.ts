// One reading of the whole desktop: programs and windows are read at the same time, then put together.
import type { TreeReport } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';
import type { TreelessApplication, TreeLimits } from './accessibility.ts';
import type { Application } from './application.ts';
import type { BusWatch } from './bus-watch.ts';
import { findFocus, type FocusTracker } from './focus.ts';
import type { ElementIds } from './ids.ts';
import { placeByScreen, type Screen } from './placement.ts';
import { type Gap, messageOf, type Program, readPrograms } from './programs.ts';
import { countNodes, desktopNode, keepFirst } from './report.ts';
import { placeByWindow } from './window-placement.ts';
import type { XWindow, XWindows } from './x-windows.ts';

export interface TreeReaderParts {
  readonly watch: BusWatch;
  readonly windows: XWindows;
  readonly ids: ElementIds;
  readonly focus: FocusTracker;
  readonly clock: Clock;
}

export class TreeReader {
  readonly #parts: TreeReaderParts;

  constructor(parts: TreeReaderParts) {
    this.#parts = parts;
  }

  /** Rejects only when `signal` ends. */
  async read(limits: TreeLimits, signal: AbortSignal): Promise<TreeReport> {
    const { watch, windows, clock, ids } = this.#parts;
    const started = clock.now();
    const [{ programs, found, gaps }, screen] = await Promise.all([
      readPrograms(watch, limits, clock, signal),
      this.#inTime(windows.read(), limits),
    ]);
    const missing = await this.#place(programs, found, screen, limits);
    const { kept, cut } = keepFirst(programs, limits.max_nodes);
    const tree = desktopNode(screen instanceof Error ? undefined : screen.screen, kept, ids);
    ids.forget((address, name) => watch.buses.some((bus) => bus.address === address && bus.has(name)));
    return {
      tree,
      nodes: countNodes(tree),
      truncated:
        cut || programs.length < found.length || programs.some(({ read }) => read.cut || !read.whole),
      unavailable: [...gaps, ...missing],
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

  /** Gives elements their bounds and finds the focus among them. Returns what windows say is missing. */
  async #place(
    programs: readonly Program[],
    found: readonly Application[],
    screen: Screen | Error,
    limits: TreeLimits,
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
    return [...treelessGaps(found, screen), ...(failed ? [unreadWindows(failed)] : [])];
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

function unreadWindows(error: Error): Gap {
  return {
    application: 'X server',
    reason: `windows could not be read, so bounds are missing: ${error.message}`,
  };
}

function treelessGaps(found: readonly Application[], { windows }: Screen): Gap[] {
  return withoutTree(found, windows).map(({ title }) => ({
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
