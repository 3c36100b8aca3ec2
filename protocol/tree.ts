// The accessibility tree, as it is answered and as it is recorded.
import { z } from 'zod';
import { Bounds } from './primitives.ts';

/** One accessible. Roles are AT-SPI's names (`menu item`, `push button`); `frame` bounds include the title bar. */
export interface TreeNode {
  /** The same for as long as the element lives. */
  id: string;
  role: string;
  title: string;
  /** Screen pixels; absent for what is not on the screen. */
  bounds?: Bounds | undefined;
  /** `approximate` where the toolkit does not tell screen positions and they were worked out from the window's. */
  bounds_from?: 'approximate' | undefined;
  description?: string | undefined;
  /** Text content, or the current number of a value. */
  value?: string | number | undefined;
  /** Characters of the whole text, where `value` holds only its beginning. */
  value_length?: number | undefined;
  /** Of a browser's document: where it comes from. */
  url?: string | undefined;
  states: string[];
  actions: string[];
  children: TreeNode[];
}

export const TreeNode: z.ZodType<TreeNode> = z.lazy(() =>
  z.object({
    id: z.string(),
    role: z.string(),
    title: z.string(),
    bounds: Bounds.optional(),
    bounds_from: z.literal('approximate').optional(),
    description: z.string().optional(),
    value: z.union([z.string(), z.number()]).optional(),
    value_length: z.number().int().optional(),
    url: z.string().optional(),
    states: z.array(z.string()),
    actions: z.array(z.string()),
    children: z.array(TreeNode),
  }),
);

/** What was left out of a tree and why. */
export const TreeGap = z.object({ application: z.string(), reason: z.string() });
export type TreeGap = z.infer<typeof TreeGap>;

export const TreeReport = z.object({
  tree: TreeNode,
  nodes: z.number().int(),
  /** True when a limit or a deadline cut the tree. */
  truncated: z.boolean(),
  /** Applications that did not answer whole, with the reason. */
  unavailable: z.array(TreeGap),
  duration_ms: z.number(),
});
export type TreeReport = z.infer<typeof TreeReport>;

/** A report in the form that was asked for. */
export const TreeAnswer = TreeReport.extend({
  /** `json`: the tree, and the root's own fields once more beside it, where Cua's clients look for them. */
  tree: TreeNode.optional(),
  role: z.string().optional(),
  title: z.string().optional(),
  bounds: Bounds.optional(),
  /** `osworld`: the tree as XML. */
  xml: z.string().optional(),
  /** `lines`: the most important elements, how many there are, and the fingerprints of all of them. */
  lines: z.string().optional(),
  elements: z.number().int().optional(),
  digests: z.object({ strict: z.string(), loose: z.string() }).optional(),
});
export type TreeAnswer = z.infer<typeof TreeAnswer>;
