// What redactors are given to look at: the windows by X, the elements by their tree.
import type { Scene, SceneWindow } from '../../protocol/privacy/redactor.ts';
import type { Bounds, Size } from '../../protocol/primitives.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import { visiblePart } from '../accessibility/placement.ts';
import type { XWindow } from '../windows/x-windows.ts';

export interface SceneReader {
  /** The scene of this moment, with no more than is needed. Rejects where windows or tree cannot be read. */
  read(size: Size, needs: 'nothing' | 'windows' | 'tree'): Promise<Scene>;
  /** The scene around a tree that was just read. */
  around(report: TreeReport): Promise<Scene>;
}

export interface SceneParts {
  readonly readTree: (signal: AbortSignal) => Promise<TreeReport>;
  /** Every window on the screen, popups too. */
  readonly size: () => Size;
  readonly readWindows: () => Promise<readonly XWindow[]>;
}

/** Milliseconds for one tree. */
const TREE_MS = 3000;

export function createSceneReader({ readTree, readWindows, size: screenSize }: SceneParts): SceneReader {
  const windows = async (): Promise<SceneWindow[]> =>
    (await readWindows()).filter(({ mapped }) => mapped).map(sceneWindow);
  return {
    around: async (report) => ({
      size: screenSize(),
      tree: report.tree,
      whole: isWhole(report),
      windows: await windows(),
    }),
    read: async (size, needs) => {
      const nothing = { size, tree: undefined, whole: false, windows: [] };
      if (needs === 'nothing') return nothing;
      if (needs === 'windows') return { ...nothing, windows: await windows() };
      const [report, shown] = await Promise.all([readTree(AbortSignal.timeout(TREE_MS)), windows()]);
      return { size, tree: report.tree, whole: isWhole(report), windows: shown };
    },
  };
}

function isWhole({ truncated, unavailable }: TreeReport): boolean {
  return !truncated && unavailable.length === 0;
}

function sceneWindow(window: XWindow): SceneWindow {
  const { id, pid, title, place, frame } = window;
  return { id, pid, title, bounds: visiblePart(window), titleBar: titleBarOf(place, frame) };
}

function titleBarOf(place: Bounds, { left, right, top }: XWindow['frame']): Bounds | undefined {
  if (top <= 0) return undefined;
  return { x: place.x - left, y: place.y - top, width: place.width + left + right, height: top };
}
