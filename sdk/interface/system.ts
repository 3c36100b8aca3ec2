// Methods about the desktop itself and what can be read off it: its accessibility tree, its version.
import type { CommandResult } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { SnapshotDigests } from '../../protocol/snapshot/digests.ts';
import type { TreeGap, TreeReport } from '../../protocol/tree.ts';
import { camelKeys, type CamelKeys } from '../names.ts';
import type { Call, CallOptions } from './call.ts';

export interface TreeOptions extends CallOptions {
  /** `focused_window`: the active window alone; `pid`: one program. Default `all`. */
  scope?: 'all' | 'focused_window' | 'pid';
  /** The program's process, with scope `pid`. */
  pid?: number;
  /** Nodes at the most; the rest is cut and `truncated` says so. Default 20 000. */
  maxNodes?: number;
  /** Default 100. */
  maxDepth?: number;
  /** Seconds that one application may take before it is left out. Default 2. */
  timeout?: number;
}

/** The tree of all applications, how many nodes it has, and what is not in it. */
export type AccessibilityTree = CamelKeys<TreeReport>;

export interface TreeTextOptions extends TreeOptions {
  /** Lines at the most, of the most important elements. Default 50. */
  limit?: number;
}

/** A tree as text, and what is not in it. */
export interface TreeText {
  text: string;
  /** Of lines: fingerprints of all elements, to compare two states by. */
  digests?: SnapshotDigests | undefined;
  truncated: boolean;
  unavailable: TreeGap[];
}

function treeParams({ scope, pid, maxNodes, maxDepth, timeout, ...options }: TreeOptions) {
  const params = { scope, pid, max_nodes: maxNodes, max_depth: maxDepth, timeout };
  return { params, options };
}

export function systemMethods(call: Call) {
  return {
    /** The accessibility tree: role, title, bounds, value, states, actions and children of every element. */
    async getAccessibilityTree(given: TreeOptions = {}): Promise<AccessibilityTree> {
      const { params, options } = treeParams(given);
      const answer = await call('get_accessibility_tree', params, options);
      const { tree, nodes, truncated, unavailable, duration_ms } = answer;
      if (!tree) throw new DeskreelError('internal', 'the answer came without its tree');
      return camelKeys({ tree, nodes, truncated, unavailable, duration_ms });
    },
    /**
     * The tree as text. `lines`: one for each of the most important elements, for language models,
     * `[12] <button> "Save" {CLICKABLE} @ (100,50) (Imp:600)`; its number is the element's id. `osworld`: XML as
     * OSWorld's server gives it.
     */
    async getAccessibilityText(format: 'lines' | 'osworld', given: TreeTextOptions = {}): Promise<TreeText> {
      const { limit, ...rest } = given;
      const { params, options } = treeParams(rest);
      const answer = await call('get_accessibility_tree', { ...params, format, limit }, options);
      const { lines, xml, digests, truncated, unavailable } = answer;
      return { text: (format === 'lines' ? lines : xml) ?? '', digests, truncated, unavailable };
    },
    /** The protocol's number and the version of the agent in the desktop. */
    async version(options?: CallOptions): Promise<CommandResult<'version'>> {
      return call('version', {}, options);
    },
    /** Such as `xfce4`. */
    async getDesktopEnvironment(options?: CallOptions): Promise<string> {
      return (await call('get_desktop_environment', {}, options)).environment;
    },
    /** Shows a picture file of the desktop as its wallpaper. */
    async setWallpaper(path: string, options?: CallOptions): Promise<void> {
      await call('set_wallpaper', { path }, options);
    },
    /** Waits, 0 to 100 seconds, at the desktop. */
    async wait(seconds: number, options?: CallOptions): Promise<void> {
      await call('wait', { duration: seconds }, options);
    },
    /** Cua's Diorama is of macOS: always throws `unsupported`. */
    async dioramaCmd(action: string, args?: Record<string, unknown>, options?: CallOptions): Promise<void> {
      await call('diorama_cmd', { action, arguments: args }, options);
    },
  };
}

export type SystemMethods = ReturnType<typeof systemMethods>;
