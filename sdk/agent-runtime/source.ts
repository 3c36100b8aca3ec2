// Where an agent looks and acts: a desktop, or anything that can take a snapshot.
import { z } from 'zod';
import type { Snapshot, SnapshotElement } from '../../protocol/snapshot/snapshot.ts';
import type { Action, ActionOutcome } from './actions.ts';

export interface SnapshotOptions {
  /** Elements at the most, the most important ones. */
  limit?: number;
  /** Take a screenshot too. */
  screenshot?: boolean;
  screenshotFormat?: 'png' | 'jpeg';
  screenshotQuality?: number;
  /** Milliseconds that the screen may take to come to rest first. Default 3000; 0: as it is now. */
  settleMs?: number;
  /** The step that it is taken for. */
  stepId?: string;
  signal?: AbortSignal;
}

export interface ActionContext {
  /** What `element_id` names, in the last snapshot. */
  element: SnapshotElement | undefined;
  stepId: string | undefined;
  signal?: AbortSignal;
}

export interface SnapshotSource {
  snapshot(options: SnapshotOptions): Promise<Snapshot>;
  /** Carries an action out. Without it, an agent can only look. */
  act?(action: Action, context: ActionContext): Promise<ActionOutcome | undefined>;
}

/** What a user's source must give, at the least. */
export const SnapshotShape = z.looseObject({
  url: z.string(),
  elements: z.array(
    z.looseObject({
      id: z.number(),
      role: z.string(),
      bbox: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
    }),
  ),
});
