// The rows of a trace's journal, version 1. Readers take every version up to this one and keep row types they do not know.
import { z } from 'zod';
import { ERROR_CODES } from '../protocol/errors.ts';
import { FrameInfo, FrameWhen } from '../protocol/frame.ts';
import { CaptureWish } from '../protocol/link.ts';
import { Actor, Bounds } from '../protocol/primitives.ts';
import { MaskRule } from '../protocol/privacy/rules.ts';
import { RecordedOptions } from '../protocol/tracing.ts';
import { TreeGap } from '../protocol/tree.ts';
import { GestureBegin } from './gestures/gesture.ts';
import { InputEvent } from './gestures/input-event.ts';

export const VERSION = 1;

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

/** What every row carries. Times are the host's, in milliseconds; `mono_ms` never goes backwards within a journal. */
export const Envelope = z.object({
  v: z.number().int().min(1).max(VERSION),
  type: z.string().min(1),
  ts: z.iso.datetime(),
  ts_ms: z.number(),
  mono_ms: z.number(),
  /** A UUID of the recorder's; of an uploaded run, its own name. */
  run_id: z.string().min(1).max(200),
  /** 1 for the first row, one more for each that follows. */
  seq: z.number().int().min(1),
  step_id: z.string().optional(),
  actor: Actor.optional(),
  /** Hash of the row before it; see chain.ts. */
  prev: Sha256,
  data: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof Envelope>;

export const DesktopFacts = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string().optional(),
  resolution: z.string().optional(),
});
export type DesktopFacts = z.infer<typeof DesktopFacts>;

/** What can be masked of a trace: fields of a row, rectangles of a frame, elements of a tree. */
export const MaskedIn = z.enum(['call', 'reply', 'event', 'metadata', 'frame', 'tree']);

/** How many `masked` rows there are, by their rules and by where they say that it was. */
export const MaskCounts = z.partialRecord(MaskRule, z.partialRecord(MaskedIn, z.number().int()));
export type MaskCounts = z.infer<typeof MaskCounts>;

export const Counts = z.object({
  /** The `event_*` files of the archive. */
  events: z.number().int(),
  /** Commands. */
  steps: z.number().int(),
  /** The PNG files of the archive. */
  screenshots: z.number().int(),
  /** Commands that failed or whose outcome nobody knows. */
  errors: z.number().int(),
  /** Not there in older traces, which do not count them. */
  masked: MaskCounts.optional(),
});
export type Counts = z.infer<typeof Counts>;

/**
 * Where a trace came from that was not recorded as one. `flight`: rows of the flight recorder's journal; `cua` and
 * `osworld`: an archive of theirs, imported.
 */
export const Source = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('flight'),
    run_id: z.uuid(),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /** The first and the last row that it was cut from; null where the span holds none. */
    first_seq: z.number().int().nullable(),
    last_seq: z.number().int().nullable(),
  }),
  z.object({ kind: z.enum(['cua', 'osworld']), trace_id: z.string().nullable() }),
  /** Another trace, out of which something was taken; `ocr`: its pictures were read, too. */
  z.object({ kind: z.literal('redaction'), trace_id: z.string(), ocr: z.boolean() }),
]);
export type Source = z.infer<typeof Source>;

const TraceStart = z.object({
  trace_id: z.string(),
  name: z.string().nullable(),
  config: RecordedOptions,
  desktop: DesktopFacts,
  source: Source.optional(),
});

/** Which parts of a row are not as they were: left out (`masked`) or replaced by their beginning (`shortened`). */
const Withheld = {
  masked: z.array(z.string()).optional(),
  shortened: z.array(z.string()).optional(),
};

const Call = z.object({
  call_id: z.string(),
  request_id: z.union([z.string(), z.number()]).optional(),
  session: z.string().optional(),
  method: z.string(),
  args: z.unknown(),
  /** The frames and trees that are to be recorded with it; absent for none. */
  wish: CaptureWish.optional(),
  /** It could not be learnt what the keys go to. */
  focus: z.literal('unknown').optional(),
  /** A person did it by this viewer: what they did is in the `input` rows that name the call. Milliseconds since 1970. */
  gesture: z.object({ viewer: z.string(), started_ms: z.number(), ended_ms: z.number() }).optional(),
  ...Withheld,
});

/** What a viewer sent, as it was sent: before it went on to the desktop, but for moves, which may wait for the next event. */
const Input = z.object({
  viewer: z.string(),
  /** Of the calls that it is recorded as; several viewers may have one name. */
  session: z.string().optional(),
  events: z.array(InputEvent),
  /** The call that the gesture is recorded as of which they are a part: it is under way after the last of them. */
  gesture: z.string().optional(),
  /** They are its first. */
  begins: GestureBegin.optional(),
  /** So far its text holds what this rule hides: it is not to be told as a whole. */
  hidden: MaskRule.optional(),
});

const Reply = z.object({
  call_id: z.string(),
  success: z.boolean(),
  error: z
    .object({ code: z.enum(ERROR_CODES), message: z.string(), details: z.unknown().optional() })
    .optional(),
  result: z.unknown().optional(),
  /** Why the result is not recorded. */
  evidence: z.string().optional(),
  duration_ms: z.number(),
  ...Withheld,
});

/** What a frame or a tree belongs to: a call, or a capture of the recorder's own. */
const Cause = { call_id: z.string().optional(), capture_id: z.string().optional(), when: FrameWhen };

/** The thing itself is missing, and why. */
const Missing = z.object({ ...Cause, evidence: z.string() });

const TakenFrame = z.object({
  ...Cause,
  // A cursor of -1, -1: nobody knows where it was, in what was recorded elsewhere.
  ...FrameInfo.shape,
  /** Its name in the archive; a frame seen before keeps its earlier name. */
  file: z.string(),
});

const TakenTree = z.object({
  ...Cause,
  sha256: Sha256,
  nodes: z.number().int(),
  truncated: z.boolean(),
  unavailable: z.array(TreeGap),
  duration_ms: z.number(),
});

/** `cut`: a slice of the flight recorder's journal. */
export const TraceEnding = z.enum(['stopped', 'recovered', 'cut', 'imported']);

/** Where something was masked: fields of a row, rectangles of a frame, elements of a tree. Never what. */
export const MaskPlace = z.discriminatedUnion('in', [
  z.object({ in: z.enum(['call', 'reply', 'event', 'metadata']), fields: z.array(z.string()) }),
  z.object({ in: z.literal('frame'), when: FrameWhen, bounds: z.array(Bounds) }),
  z.object({ in: z.literal('tree'), when: FrameWhen, nodes: z.number().int() }),
]);
export type MaskPlace = z.infer<typeof MaskPlace>;

/** What is told of something that was masked. */
export const ToldMask = z.object({ rule: MaskRule, place: MaskPlace });
export type ToldMask = z.infer<typeof ToldMask>;

const Masked = z.object({
  call_id: z.string().optional(),
  capture_id: z.string().optional(),
  ...ToldMask.shape,
});

const TraceEnd = z.object({
  end: TraceEnding,
  counts: Counts,
  /** `recovered`: wall time of the last row before it, where the recording really ended. */
  ended_ms: z.number().optional(),
  /** `recovered`: bytes of a torn last row that were cut. */
  torn_bytes: z.number().int().optional(),
});

/** The recorder could not write for a while. */
const Fault = z.object({
  /** `journal`: rows are not there; `flush`: they may not survive a loss of power; `picture`, `tree`: files are not there. */
  part: z.string(),
  /** `storage_full`, or the file system's own word: `EIO`. */
  reason: z.string(),
  /** Wall time of the first loss, and of the last. */
  since_ms: z.number(),
  until_ms: z.number().optional(),
  /** Writes that failed; what would have followed from them is not counted. */
  lost: z.number().int(),
  /** Commands that were carried out and of which nothing is recorded. */
  commands: z.number().int().optional(),
});

/** The flight recorder's journal: a segment's first row, which carries the chain on. */
const Segment = z.object({
  number: z.number().int(),
  began: z.enum(['created', 'resumed', 'rotated']),
  desktop: DesktopFacts,
});

/** Rows of the flight recorder's journal that were deleted; the row after it follows from the last of them. */
const Erased = z.object({
  from_ms: z.number(),
  to_ms: z.number(),
  rows: z.number().int(),
  last_seq: z.number().int(),
  last_hash: Sha256,
});

/** Types of Predicate's tracing SDK, taken as they come. */
export const PREDICATE_TYPES = [
  'run_start',
  'step_start',
  'snapshot',
  'snapshot_taken',
  'llm_called',
  'llm_response',
  'action',
  'action_executed',
  'verification',
  'recovery',
  'step_end',
  'run_end',
  'error',
] as const;
export type PredicateType = (typeof PREDICATE_TYPES)[number];

/** The data of each row type that this version writes itself. */
export const ROW_DATA = {
  trace_start: TraceStart,
  call: Call,
  input: Input,
  reply: Reply,
  frame: z.union([TakenFrame, Missing]),
  tree: z.union([TakenTree, Missing]),
  metadata: z.object({ key: z.string(), value: z.json() }),
  masked: Masked,
  desktop: z.object({ state: z.string(), reason: z.string() }),
  fault: Fault,
  segment: Segment,
  erased: Erased,
  trace_end: TraceEnd,
};

export type RowType = keyof typeof ROW_DATA;
export type RowData<T extends RowType> = z.input<(typeof ROW_DATA)[T]>;

/** A row of a type that this version knows. */
export type KnownRow = {
  [T in RowType]: Omit<Envelope, 'type' | 'data'> & { type: T; data: z.output<(typeof ROW_DATA)[T]> };
}[RowType];
export type RowOf<T extends RowType> = Extract<KnownRow, { type: T }>;

export function isRowType(type: string): type is RowType {
  return Object.hasOwn(ROW_DATA, type);
}

export function isPredicateType(type: string): type is PredicateType {
  return PREDICATE_TYPES.some((known) => known === type);
}
