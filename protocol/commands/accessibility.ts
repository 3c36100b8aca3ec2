// Commands that read the accessibility tree, and that find elements in it and use them.
import { z } from 'zod';
import { ElementInfo, ElementQuery, ElementTarget, TARGET_WANTED } from '../element.ts';
import { TreeAnswer, TreeGap } from '../tree.ts';
import { inputs, reads } from './spec.ts';

/** Seconds that one application may take before it is left out. */
const ApplicationTimeout = z.number().positive().max(30).default(2);

const TreeParams = z.object({
  /** `focused_window` is the active window alone; `pid` one program, named by `pid`. */
  scope: z.enum(['all', 'focused_window', 'pid']).default('all'),
  pid: z.number().int().positive().nullish(),
  /** Nodes at the most; the rest is cut and `truncated` says so. */
  max_nodes: z.number().int().positive().max(100_000).default(20_000),
  max_depth: z.number().int().positive().max(200).default(100),
  timeout: ApplicationTimeout,
  /** `osworld`: XML as OSWorld's server gives it; `lines`: a line for each element, for language models. */
  format: z.enum(['json', 'osworld', 'lines']).default('json'),
  /** Lines at the most, those of the most important elements. */
  limit: z.number().int().positive().max(10_000).default(50),
});

const hasPid = ({ scope, pid }: { scope: string; pid?: number | null | undefined }): boolean =>
  scope !== 'pid' || typeof pid === 'number';

export const accessibilityCommands = {
  get_accessibility_tree: reads({
    title: 'Accessibility tree',
    params: TreeParams.refine(hasPid, { path: ['pid'], message: 'scope pid wants the process id in pid' }),
    result: TreeAnswer,
  }),
  find_element: reads({
    title: 'Find element',
    params: ElementQuery,
    // `element` is the best of `elements`: whole titles before parts, what is on the screen before what is not, the active
    // window before others.
    result: z.object({
      element: ElementInfo,
      elements: z.array(ElementInfo),
      unavailable: z.array(TreeGap).optional(),
    }),
  }),
  invoke_element: inputs({
    title: 'Invoke element',
    params: ElementQuery.safeExtend({
      /** One of the element's actions; by default its first. */
      action: z.string().min(1).max(200).optional(),
    }),
    result: z.object({ element: ElementInfo, action: z.string() }),
  }),
  focus_element: inputs({
    title: 'Focus element',
    params: ElementQuery,
    result: z.object({ element: ElementInfo }),
  }),
  set_element_value: inputs({
    title: 'Set value of element',
    params: ElementTarget.extend({
      /** Text of an entry, number of a slider, or whether a box is checked. */
      value: z.union([z.string().max(100_000), z.number(), z.boolean()]),
      secret: z.boolean().default(false),
    }).refine(TARGET_WANTED.test, TARGET_WANTED.message),
    result: z.object({ element: ElementInfo }),
    redact: { secretParams: ['value'] },
  }),
  wait_for: reads({
    title: 'Wait for',
    params: z
      .object({
        /** Until it is there, on the screen and enabled, or in the states that are asked for. Text is its title. */
        element: z.union([z.string().min(1).max(1000), ElementQuery]).optional(),
        /** Until a window is on the screen whose title or program's name contains this. */
        window: z.string().min(1).max(1000).optional(),
        /** Until an element on the screen shows it. */
        text: z.string().min(1).max(10_000).optional(),
        /** Until the screen has come to rest. */
        settled: z.literal(true).optional(),
        /** Seconds. */
        timeout: z.number().min(0).max(600).default(10),
      })
      .refine(({ element, window, text, settled }) => element ?? window ?? text ?? settled, {
        message: 'say what to wait for: element, window, text or settled',
      }),
    result: z.object({
      element: ElementInfo.optional(),
      window_id: z.number().int().optional(),
      waited_ms: z.number(),
    }),
  }),
};
