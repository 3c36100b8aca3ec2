// The thirteen types of Predicate's events as one schema that tells them apart by `type`. More fields are allowed everywhere.
import { z } from 'zod';

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const Box = z.looseObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const Usage = z.looseObject({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number().optional(),
});

const Element = z.looseObject({
  id: z.number().int(),
  role: z.string(),
  text: z.string().nullish(),
  importance: z.number(),
  importance_score: z.number().min(0).max(1).optional(),
  bbox: Box,
  visual_cues: z.looseObject({ is_primary: z.boolean().optional(), is_clickable: z.boolean().optional() }),
  in_viewport: z.boolean().optional(),
  is_occluded: z.boolean().optional(),
  z_index: z.number().optional(),
  diff_status: z.enum(['ADDED', 'REMOVED', 'MODIFIED', 'MOVED']).nullish(),
});

const Diagnostics = z.looseObject({
  confidence: z.number().min(0).max(1),
  reasons: z.array(z.string()),
  metrics: z.record(z.string(), z.unknown()),
});

const Snapshot = z.looseObject({
  step_id: z.string().optional(),
  step_index: z.number().int().optional(),
  snapshot_id: z.string().optional(),
  snapshot_digest: Digest.optional(),
  snapshot_digest_loose: Digest.optional(),
  url: z.string().nullish(),
  element_count: z.number().int().optional(),
  diagnostics: Diagnostics.optional(),
  elements: z.array(Element).optional(),
  screenshot_base64: z.string().optional(),
  screenshot_format: z.enum(['png', 'jpeg']).nullish(),
  evidence: z.string().optional(),
});

const Llm = z.looseObject({
  step_id: z.string().optional(),
  model: z.string().optional(),
  response_text: z.string(),
  response_hash: z.string().optional(),
  usage: Usage.optional(),
});

/** Of the three spellings of the kind one is there. */
const Action = z.looseObject({
  kind: z.string().optional(),
  element_id: z.number().int().optional(),
  text: z.string().optional(),
  key: z.string().optional(),
  url: z.string().optional(),
  /** As the model said it; of a command, its arguments. */
  raw: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  success: z.boolean().optional(),
});

const Place = {
  step_id: z.string(),
  step_index: z.number().int(),
  goal: z.string(),
  attempt: z.number().int().min(0),
};
const Seen = z.looseObject({ url: z.string().optional(), snapshot_digest: z.string().optional() });

const StepEnd = z.looseObject({
  ...Place,
  pre: Seen,
  llm: z.looseObject({ response_text: z.string().optional(), response_hash: z.string().optional() }),
  exec: z.looseObject({ success: z.boolean(), outcome: z.string(), duration_ms: z.number() }),
  post: Seen,
  verify: z.looseObject({ passed: z.boolean() }),
});

const RunStatus = z.enum(['success', 'failure', 'partial', 'unknown']);

function event<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.looseObject({
    v: z.literal(1),
    type: z.literal(type),
    ts: z.iso.datetime(),
    ts_ms: z.number().optional(),
    run_id: z.string().min(1),
    seq: z.number().int().min(1),
    step_id: z.string().optional(),
    data,
  });
}

export const PredicateEventShape = z.discriminatedUnion('type', [
  event(
    'run_start',
    z.looseObject({
      agent: z.string(),
      llm_model: z.string().optional(),
      config: z.looseObject({}).optional(),
    }),
  ),
  event('step_start', z.looseObject({ ...Place, pre_url: z.string().nullish() })),
  event('snapshot', Snapshot),
  event('snapshot_taken', Snapshot),
  event('llm_called', Llm),
  event('llm_response', Llm),
  event('action', Action),
  event('action_executed', Action),
  event(
    'verification',
    z.looseObject({ passed: z.boolean(), kind: z.string(), label: z.string().optional() }),
  ),
  event('recovery', z.looseObject({ step_id: z.string(), strategy: z.string(), attempt: z.number().int() })),
  event('step_end', StepEnd),
  event('run_end', z.looseObject({ steps: z.number().int().min(0), status: RunStatus.optional() })),
  event('error', z.looseObject({ step_id: z.string(), error: z.string(), attempt: z.number().int() })),
]);

/** The same as a JSON Schema, for other languages; the package has it as `schemas/predicate-trace.schema.json`. */
export const PREDICATE_SCHEMA = {
  title: 'A line of a trace in the form of Predicate: one event, told apart by its type',
  ...z.toJSONSchema(PredicateEventShape),
};

/** Throws where a value is no event of one of the thirteen types. */
export function parsePredicateEvent(value: unknown): z.output<typeof PredicateEventShape> {
  return PredicateEventShape.parse(value);
}
