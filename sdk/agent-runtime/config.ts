// How agents of this package work.
import { z } from 'zod';
import { parseWith } from '../../protocol/codec.ts';
import { camelCase, keysIn, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';

const ConfigShape = z.strictObject({
  snapshotLimit: z.number().int().min(1).max(10_000).default(50),
  temperature: z.number().min(0).max(2).default(0),
  maxRetries: z.number().int().min(0).max(20).default(1),
  verify: z.boolean().default(true),
  captureScreenshots: z.boolean().default(true),
  screenshotFormat: z.enum(['png', 'jpeg']).default('jpeg'),
  screenshotQuality: z.number().int().min(1).max(95).default(80),
});

/** Keys may also be written in snake_case (`snapshot_limit`). */
export interface AgentConfig {
  /** Elements of a snapshot that a model is shown, the most important ones. Default 50. */
  snapshotLimit?: number;
  /** Handed to the model. Default 0. */
  temperature?: number;
  /** How often a step that failed is tried again. Default 1. */
  maxRetries?: number;
  /** Looks after each action whether it led to anything. Default true. */
  verify?: boolean;
  /** Takes a screenshot with each snapshot. Default true. */
  captureScreenshots?: boolean;
  /** Default `jpeg`. */
  screenshotFormat?: 'png' | 'jpeg';
  /** Of a JPEG, 1 to 95. Default 80. */
  screenshotQuality?: number;
}

export type AgentPlan = z.output<typeof ConfigShape>;

/** Throws `bad_request` naming the option that is wrong. */
export function agentPlan(given: EitherCase<AgentConfig> = {}): AgentPlan {
  const options = keysIn(camelCase, given);
  refuseUnknown(options, Object.keys(ConfigShape.shape), 'AgentConfig');
  return parseWith(ConfigShape, options, 'AgentConfig');
}
