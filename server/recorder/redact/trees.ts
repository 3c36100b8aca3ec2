// The recorded trees of a trace: what of them is hidden, and where that is on the screen.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, parseWith } from '../../../protocol/codec.ts';
import { coverTree, boundsOfMasks, masksOf } from '../../../protocol/privacy/cover.ts';
import { regionRedactor } from '../../../protocol/privacy/region-redactor.ts';
import type { Redactor, Scene, SceneWindow } from '../../../protocol/privacy/redactor.ts';
import type { Mask } from '../../../protocol/privacy/rules.ts';
import type { Bounds } from '../../../protocol/primitives.ts';
import { TreeNode } from '../../../protocol/tree.ts';
import { treePath } from '../../../trace/layout.ts';

export interface CoveredTree {
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly masks: readonly Mask[];
  /** What is to be painted in the pictures of its time. */
  readonly bounds: readonly Bounds[];
}

/** A tree of the trace in `dir` as it may be kept; what lies in the regions, which every picture has painted, is not told of. */
export async function readCovered(
  dir: string,
  sha256: string,
  redactors: readonly Redactor[],
  regions: readonly Bounds[],
): Promise<CoveredTree> {
  const text = await readFile(join(dir, treePath(sha256)), 'utf8');
  const tree = parseWith(TreeNode, parseJson(text), 'tree', 'internal');
  const scene = sceneOf(tree);
  const all = regions.length > 0 ? [...redactors, regionRedactor(regions)] : redactors;
  const covered = coverTree(all, scene);
  const bytes = Buffer.from(JSON.stringify(covered.tree));
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
    masks: covered.masks,
    bounds: boundsOfMasks(masksOf(redactors, scene)),
  };
}

/** The tree is all that is known; its topmost elements are the windows. */
function sceneOf(tree: TreeNode): Scene & { readonly tree: TreeNode } {
  const size = { width: tree.bounds?.width ?? 0, height: tree.bounds?.height ?? 0 };
  const windows = tree.children.flatMap(({ children }) => children).flatMap((top) => windowOf(top) ?? []);
  return { size, tree, whole: false, windows };
}

function windowOf({ title, bounds }: TreeNode, id = 0): SceneWindow | undefined {
  return bounds && { id, pid: undefined, title, bounds, titleBar: undefined };
}
