// Commands that read the accessibility tree.
import { z } from 'zod';
import { TreeReport } from '../tree.ts';
import { reads } from './spec.ts';

export const accessibilityCommands = {
  get_accessibility_tree: reads({
    title: 'Accessibility tree',
    params: z.object({
      /** Nodes at the most; the rest is cut and `truncated` says so. */
      max_nodes: z.number().int().positive().max(100_000).default(20_000),
      max_depth: z.number().int().positive().max(200).default(100),
      /** Seconds that one application may take before it is left out. */
      timeout: z.number().positive().max(30).default(2),
    }),
    result: TreeReport,
  }),
};
