// What finds the places that must not be recorded. One file for each implementation; all hold to one contract.
import type { Bounds, Size } from '../primitives.ts';
import type { TreeNode } from '../tree.ts';
import type { MaskRule } from './rules.ts';

/** A window on the screen. */
export interface SceneWindow {
  readonly id: number;
  readonly pid: number | undefined;
  readonly title: string;
  /** With its title bar. */
  readonly bounds: Bounds;
  /** The title bar alone, where the window manager drew it. */
  readonly titleBar: Bounds | undefined;
}

/** What is known of the screen at one moment, beside its pixels. */
export interface Scene {
  readonly size: Size;
  readonly tree: TreeNode | undefined;
  /** Nothing is missing in the tree. */
  readonly whole: boolean;
  readonly windows: readonly SceneWindow[];
}

export interface Redactor {
  readonly rule: MaskRule;
  /** What it must see to do its work; the cheapest look is none. */
  readonly needs: 'nothing' | 'windows' | 'tree';
  /**
   * Where on the screen what it hides is. Never too little: where it cannot tell, the window or the screen. Throws
   * where not even that can be told; nothing of the moment is recorded then.
   */
  places(scene: Scene): Bounds[];
  /** Whether the texts of this element are to be left out wholly. */
  hides(node: TreeNode): boolean;
  /** The text with what is to be hidden replaced; the very same text where nothing is. Throws like `places`. */
  maskText(text: string): string;
}

/** Every node of a tree, parents first. */
export function* nodesOf(root: TreeNode): Generator<TreeNode> {
  yield root;
  for (const child of root.children) yield* nodesOf(child);
}

/** The texts of an element. */
export function textsOf(node: TreeNode): string[] {
  const { title, description, value } = node;
  return [title, description ?? '', value === undefined ? '' : String(value)].filter((text) => text !== '');
}
