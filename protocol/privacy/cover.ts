// Applies redactors to a scene: the rectangles to paint, and the tree without what is hidden.
import type { Bounds } from '../primitives.ts';
import type { TreeNode } from '../tree.ts';
import { contains, onScreen, overlaps, withoutCovered } from './places.ts';
import type { Redactor, Scene } from './redactor.ts';
import { MASK, type Mask } from './rules.ts';

/** What each redactor wants to be painted; those that hide nothing here are left out. */
export function masksOf(redactors: readonly Redactor[], scene: Scene): Mask[] {
  return redactors.flatMap((redactor) => {
    const places = redactor.places(scene).flatMap((place) => onScreen(place, scene.size) ?? []);
    return places.length > 0 ? [{ rule: redactor.rule, bounds: withoutCovered(places) }] : [];
  });
}

/** The rectangles of all masks. */
export function boundsOfMasks(masks: readonly Mask[]): Bounds[] {
  return withoutCovered(masks.flatMap(({ bounds }) => bounds ?? []));
}

/** The scene's tree without the texts that are hidden, and how many elements each rule touched. */
export function coverTree(
  redactors: readonly Redactor[],
  scene: Scene & { readonly tree: TreeNode },
): { tree: TreeNode; masks: Mask[] } {
  const placed = masksOf(redactors, scene);
  const counts = new Map<Mask['rule'], number>();
  const count = (rule: Mask['rule']): void => void counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const cover = (node: TreeNode): TreeNode => {
    const covered = withoutHidden(
      placed,
      redactors.reduce((one, redactor) => masked(one, redactor, count), node),
      count,
    );
    return { ...covered, children: node.children.map(cover) };
  };
  const tree = cover(scene.tree);
  return { tree, masks: [...counts].map(([rule, nodes]) => ({ rule, nodes })) };
}

/** The node with what one redactor hides of its texts replaced. */
function masked(node: TreeNode, redactor: Redactor, count: (rule: Mask['rule']) => void): TreeNode {
  const hidden = redactor.hides(node);
  const mask = (text: string): string => (hidden && text !== '' ? MASK : redactor.maskText(text));
  const covered = withTexts(node, mask, mask);
  if (!sameTexts(node, covered)) count(redactor.rule);
  return covered;
}

/** What lies under a painted rectangle is not told by the tree either. The title of what lies only partly there may stay. */
function withoutHidden(
  masks: readonly Mask[],
  node: TreeNode,
  count: (rule: Mask['rule']) => void,
): TreeNode {
  const { bounds } = node;
  if (!bounds) return node;
  const touching = masks.find((mask) => mask.bounds?.some((one) => overlaps(one, bounds)));
  if (!touching) return node;
  const inside = touching.bounds?.some((one) => contains(one, bounds)) || node.children.length === 0;
  const all = (text: string): string => (text === '' ? '' : MASK);
  const covered = withTexts(node, inside ? all : (title) => title, all);
  if (!sameTexts(node, covered)) count(touching.rule);
  return covered;
}

function withTexts(
  node: TreeNode,
  title: (text: string) => string,
  content: (text: string) => string,
): TreeNode {
  const { description, value } = node;
  return {
    ...node,
    title: title(node.title),
    ...(description === undefined ? {} : { description: content(description) }),
    ...(value === undefined ? {} : { value: contentOf(value, content) }),
  };
}

/** A number stays one as long as nothing of it is hidden. */
function contentOf(value: string | number, content: (text: string) => string): string | number {
  const text = content(String(value));
  return text === String(value) ? value : text;
}

function sameTexts(one: TreeNode, other: TreeNode): boolean {
  return one.title === other.title && one.description === other.description && one.value === other.value;
}
