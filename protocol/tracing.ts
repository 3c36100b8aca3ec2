// Options and answers of tracing: Cua's names, in snake_case on the wire.
import { z } from 'zod';
import { Privacy, PrivacyRules, RecordedPrivacy, recordedPrivacy } from './privacy/rules.ts';

/** What a recorded command survives once it was answered: the end of the server's process, or loss of power too. */
export const Durability = z.enum(['process', 'power']);
export type Durability = z.infer<typeof Durability>;

/** What a trace may be called. No path can be made of it. */
export const TraceName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.-]*$/u, 'letters, digits, space, dot, dash and underscore')
  .refine((name) => !name.includes('..'), { message: 'no ".." in a name' });

export const TraceOptions = z.strictObject({
  /** A label; the trace's id is made by the server. */
  name: TraceName.nullish(),
  screenshots: z.boolean().default(true),
  api_calls: z.boolean().default(true),
  accessibility_tree: z.boolean().default(false),
  metadata: z.boolean().default(true),
  /** Frames also as the screen changes, five a second at the most. Wants `screenshots`. */
  video: z.boolean().default(false),
  /** `settled`: the next input waits until the screen has settled. */
  pace: z.enum(['free', 'settled']).default('free'),
  /** What is kept out beside secrets: a mode, or rules. */
  privacy: Privacy.optional(),
  /** Where it is not said, the server's own. `power` costs each command a flush of the disk, shared by all who wait. */
  durability: Durability.optional(),
});
export type TraceOptions = z.output<typeof TraceOptions>;
export type TraceOptionsInput = z.input<typeof TraceOptions>;

/** The options as a trace tells of them. */
export const RecordedOptions = TraceOptions.extend({ privacy: RecordedPrivacy.optional() });
export type RecordedOptions = z.output<typeof RecordedOptions>;

export function recordedOptions({ privacy, ...others }: TraceOptions): RecordedOptions {
  return privacy === undefined ? others : { ...others, privacy: recordedPrivacy(privacy) };
}

export const TraceMetadata = z.strictObject({ key: z.string().min(1).max(200), value: z.json() });

/** What is taken out of a finished trace. */
export const RedactOptions = z
  .strictObject({
    texts: z.array(z.string().min(1).max(10_000)).max(50).default([]),
    regions: PrivacyRules.shape.regions,
    patterns: PrivacyRules.shape.patterns,
    /** The old trace is deleted. */
    replace: z.boolean().default(false),
    /** Pictures are read for texts and patterns, beside what the recorded trees tell; it wants the program tesseract. */
    ocr: z.boolean().default(true),
  })
  .refine(({ texts, regions, patterns }) => texts.length + regions.length + patterns.length > 0, {
    message: 'say what to take out: texts, regions or patterns',
  });
export type RedactOptions = z.output<typeof RedactOptions>;
export type RedactOptionsInput = z.input<typeof RedactOptions>;

export const TraceRedacted = z.object({
  /** The new trace. */
  trace_id: z.string(),
  source: z.string(),
  /** How texts were found in pictures: by the recorded trees, and read by tesseract. */
  pictures: z.array(z.enum(['tree', 'ocr'])),
});
export type TraceRedacted = z.infer<typeof TraceRedacted>;

/** What is cut from the flight recorder's journal. */
export const CutOptions = z.strictObject({
  /** Milliseconds before now. Where the flight recorder holds less, the trace begins with what it holds. */
  lastMs: z
    .number()
    .int()
    .positive()
    .max(7 * 24 * 60 * 60 * 1000, 'at most seven days'),
  name: TraceName.nullish(),
});

export const TraceStopped = z.object({ trace_id: z.string(), url: z.string() });

export const TraceState = z.enum(['recording', 'sealing', 'sealed']);

/** What a table shows of a trace. */
export const TraceSummary = z.object({
  /** Commands. */
  steps: z.number().int(),
  screenshots: z.number().int(),
  /** Commands that failed or whose outcome nobody knows. */
  errors: z.number().int(),
  /** Seconds. */
  duration: z.number(),
});
export type TraceSummary = z.infer<typeof TraceSummary>;

export const TraceInfo = z.object({
  trace_id: z.string(),
  name: z.string().nullable(),
  run_id: z.string(),
  desktop: z.string(),
  start_time: z.string(),
  end_time: z.string().nullable(),
  state: TraceState,
  /** Whether the ZIP is written; `GET .../archive` waits for it. */
  archived: z.boolean(),
  /** It is not deleted, by anybody or by age, until it is released. */
  held: z.boolean(),
  /** Null until it is sealed. */
  summary: TraceSummary.nullable(),
});
export type TraceInfo = z.infer<typeof TraceInfo>;
