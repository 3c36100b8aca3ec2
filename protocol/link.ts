// What server and guest say to each other over one WebSocket (`/link`, bearer token).
// Text frames are JSON. Binary frames carry a PNG: four bytes big-endian length, that many bytes of JSON, then the PNG.
import { z } from 'zod';
import { ElementTarget } from './element.ts';
import { ElementPlace } from './element-at.ts';
import { ERROR_CODES } from './errors.ts';
import { FrameInfo, FrameWhen } from './frame.ts';
import { Button } from './primitives.ts';
import { Mask, PrivacyRules, TypedSecret } from './privacy/rules.ts';
import { TreeReport } from './tree.ts';

/** Both sides must have the same; a guest of another version is refused with a clear error. */
export const LINK_VERSION = 3;

/** What the recorder wants of one call. */
export const CaptureWish = z.object({
  before: z.boolean(),
  after: z.boolean(),
  tree: z.boolean(),
  /** Where the element is that the call is about; told with the frame before it. */
  element: ElementPlace.optional(),
});
export type CaptureWish = z.infer<typeof CaptureWish>;

/** One capture for all who want something of a call; undefined where nobody does. */
export function mergedWish(wishes: readonly (CaptureWish | undefined)[]): CaptureWish | undefined {
  const given = wishes.filter((wish) => wish !== undefined);
  if (given.length === 0) return undefined;
  const element = given.find((wish) => wish.element !== undefined)?.element;
  return {
    before: given.some((wish) => wish.before),
    after: given.some((wish) => wish.after),
    tree: given.some((wish) => wish.tree),
    ...(element === undefined ? {} : { element }),
  };
}

export const ToGuest = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('call'),
    call_id: z.string(),
    /** Whose call it is: what it holds down is lifted for that session. */
    session: z.string(),
    /** It was sent before and its reply did not arrive: a call that is remembered gets the same reply. */
    again: z.boolean().optional(),
    command: z.string(),
    params: z.unknown(),
    timeout_ms: z.number(),
    capture: CaptureWish.optional(),
  }),
  z.object({ type: z.literal('cancel'), call_id: z.string() }),
  /**
   * A person is about to do something by a viewer: the frames and trees of it are taken as those of a call. Answered with
   * `watching` once the frame before it is taken; from `watched` on the screen is waited for to settle.
   */
  z.object({ type: z.literal('watch'), call_id: z.string(), capture: CaptureWish }),
  z.object({ type: z.literal('watched'), call_id: z.string() }),
  /** What a viewer is about to give, in the words of the command table; it goes another way. */
  z.object({ type: z.literal('viewer_input'), command: z.string(), params: z.unknown() }),
  /** Take a frame (and a tree) now, outside of any command. */
  z.object({
    type: z.literal('capture'),
    capture_id: z.string(),
    when: z.enum(['initial', 'final']),
    tree: z.boolean(),
  }),
  /** From now on, or not any more: a frame whenever the screen has changed, with `when: 'video'`. */
  z.object({ type: z.literal('film'), on: z.boolean() }),
  /** From now on every frame's PNG is sent again: a recording began that has none of them. */
  z.object({ type: z.literal('forget_frames') }),
  /** Lift the keys and buttons that a session holds. */
  z.object({ type: z.literal('release'), session: z.string(), reason: z.string() }),
  /**
   * Where keys would go now; answered with `focus`. `moves`: they may move the focus on their way. `browser`: they are
   * for the page of the browser that `playwright_exec` works. `element`: not keys, but a value that this one is given.
   */
  z.object({
    type: z.literal('ask_focus'),
    ask_id: z.string(),
    moves: z.boolean(),
    browser: z.boolean().default(false),
    element: ElementTarget.optional(),
  }),
  /** What is to be kept out of captures from now on; `texts` were typed earlier and may still be on the screen. */
  z.object({ type: z.literal('privacy'), rules: PrivacyRules, texts: z.array(z.string()) }),
  /** Look at the desktop's parts anew; answered with `status`. */
  z.object({ type: z.literal('get_status') }),
]);
export type ToGuest = z.infer<typeof ToGuest>;

const Failure = z.object({ code: z.enum(ERROR_CODES), message: z.string(), details: z.unknown().optional() });

/** What the keyboard works: a password field, something else, or nobody knows. */
export const KeyFocus = z.enum(['password', 'plain', 'unknown']);
export type KeyFocus = z.infer<typeof KeyFocus>;

/** A part of the desktop that is not as it should be. */
export const StatusGap = z.object({ part: z.string(), reason: z.string() });

export const GuestStatus = z.object({
  status: z.enum(['ok', 'degraded']),
  os_type: z.literal('linux'),
  features: z.array(z.string()),
  missing: z.array(StatusGap),
});
export type GuestStatus = z.infer<typeof GuestStatus>;

/** Ties a frame or a tree to what asked for it: a call, or a capture outside of calls. */
const Cause = {
  call_id: z.string().optional(),
  capture_id: z.string().optional(),
  when: FrameWhen,
};

/** Buttons by name; keys are counted, since their names may be part of a secret. */
export const Held = z.object({ buttons: z.array(Button), keys: z.number().int() });
export type Held = z.infer<typeof Held>;

export const FromGuest = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    link: z.number().int(),
    /** Of this run of the agent: another one remembers none of the calls that this one was given. */
    boot: z.string(),
    package: z.string(),
    status: GuestStatus,
    /** What was typed and may still be on the screen: a server that was started anew knows nothing of it. */
    secrets: z.array(TypedSecret).optional(),
  }),
  z.object({ type: z.literal('status'), status: GuestStatus }),
  z.object({
    type: z.literal('reply'),
    call_id: z.string(),
    success: z.boolean(),
    result: z.unknown().optional(),
    error: Failure.optional(),
    started_ms: z.number(),
    duration_ms: z.number(),
    /** A `screenshot` answer: what the picture that travels with it is. */
    image: FrameInfo.optional(),
    /** That picture shows what is to be masked: the recorder's own copy is a `requested` frame. */
    image_private: z.boolean().optional(),
    /** What of the result may be recorded, where that is less than all of it; `evidence`: why it is nothing. */
    recorded: z
      .object({ result: z.unknown().optional(), masks: z.array(Mask), evidence: z.string().optional() })
      .optional(),
  }),
  z.object({ type: z.literal('focus'), ask_id: z.string(), focus: KeyFocus }),
  z.object({ type: z.literal('watching'), call_id: z.string() }),
  /** With a PNG in a binary frame; as text when the server has that PNG already. */
  z.object({ type: z.literal('frame'), ...Cause, info: FrameInfo, masks: z.array(Mask).optional() }),
  /** No frame could be taken, and why. */
  z.object({ type: z.literal('no_frame'), ...Cause, evidence: z.string() }),
  z.object({ type: z.literal('tree'), ...Cause, report: TreeReport, masks: z.array(Mask).optional() }),
  z.object({ type: z.literal('no_tree'), ...Cause, evidence: z.string() }),
  /** Keys and buttons were lifted that a session held; without one, those that an earlier run of the agent had left. */
  z.object({ type: z.literal('released'), session: z.string().optional(), reason: z.string(), held: Held }),
  /** There is something to read of a terminal of which all had been read. */
  z.object({ type: z.literal('pty'), pid: z.number().int() }),
]);
export type FromGuest = z.infer<typeof FromGuest>;
export type GuestReply = Extract<FromGuest, { type: 'reply' }>;
export type Released = Extract<FromGuest, { type: 'released' }>;

/** A message with a PNG behind it, as one binary frame. */
export function packLinkMessage(message: FromGuest, png: Uint8Array): Buffer {
  const header = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header, png]);
}

/** The parts of a binary frame. Throws where it is none; the message is not validated here. */
export function unpackLinkMessage(frame: Buffer): { header: string; png: Buffer } {
  if (frame.length < 4) throw new Error('a binary link frame has at least four bytes');
  const end = 4 + frame.readUInt32BE(0);
  if (end > frame.length) throw new Error('a binary link frame is shorter than its header says');
  return { header: frame.toString('utf8', 4, end), png: frame.subarray(end) };
}
