// What a listener on the dispatcher is told. The recorder is one; no handler knows of it.
import type { ElementTarget } from '../../protocol/element.ts';
import type { RequestId } from '../../protocol/envelope.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import type { CaptureWish, FromGuest, GuestReply, KeyFocus } from '../../protocol/link.ts';
import type { PrivacyRules, TypedSecret } from '../../protocol/privacy/rules.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { CommandName } from '../../protocol/commands/table.ts';

/** One command on its way, validated and authorised. */
export interface CommandCall {
  readonly callId: string;
  /** The client's own id, where it gave one. */
  readonly requestId: RequestId | undefined;
  readonly command: CommandName;
  readonly params: unknown;
  readonly actor: Actor;
  readonly session: string;
  readonly stepId: string | undefined;
}

/** What became of it. A picture that it answered with travels beside the result, not in it. */
export interface CommandOutcome {
  readonly success: boolean;
  readonly result: unknown;
  readonly error: ErrorBody | undefined;
  /** From dispatch to outcome, in milliseconds of the host. */
  readonly durationMs: number;
  readonly image: { info: NonNullable<GuestReply['image']>; png: Uint8Array } | undefined;
  /** The picture is the client's alone: the recorder's copy comes as a `requested` frame. */
  readonly imagePrivate?: boolean | undefined;
  /** What of the result may be recorded, where that is less. */
  readonly recorded?: GuestReply['recorded'];
}

export interface CommandObserver {
  /** Throws where no command can be taken now, before anything of it is waited for. */
  admits?(): void;
  /** Holds an input command back, in its turn in the lane, until this resolves. Must not reject. */
  beforeInput?(call: CommandCall, signal: AbortSignal): Promise<void>;
  /** Which frames and trees of this call are wanted; undefined for none. */
  wish(call: CommandCall): CaptureWish | undefined;
  /** Before the guest is asked. Must be done when it returns; throwing refuses the command. */
  onCall(call: CommandCall): void;
  /** Before the client is answered. Must be done when it returns. */
  onReply(call: CommandCall, outcome: CommandOutcome): void;
  /** What the answer waits for beyond that; undefined for nothing. Must not reject. */
  durable?(): Promise<void> | undefined;
}

export type CaptureMessage = Extract<FromGuest, { type: 'frame' | 'no_frame' | 'tree' | 'no_tree' }>;

export type GuestEvent = 'lost' | 'back' | 'released';

/** What a desktop's guest sends of its own. */
export interface GuestListener {
  onCapture(message: CaptureMessage, png: Uint8Array | undefined): void;
  /** The agent is there, for the first time or again: before it is given anything. `secrets`: typed, and not to be recorded. */
  onHello(secrets: readonly TypedSecret[]): void;
  /** The agent went away, came back, or lifted keys and buttons that a session held. */
  onGuest(state: GuestEvent, reason: string): void;
}

/** Keys that are about to be given. */
export interface AskedKeys {
  /** There are some among them that may move the focus. */
  readonly moves: boolean;
  /** They go into the page of the browser that `playwright_exec` works. */
  readonly browser: boolean;
  /** Not keys, but a value that this element is given. */
  readonly element?: ElementTarget | undefined;
}

/** What the recorder may ask of a desktop's guest. */
export interface CapturePort {
  /** A frame (and a tree) of this moment; it arrives at the listener under `captureId`. Throws `guest_unavailable`. */
  capture(captureId: string, when: 'initial' | 'final', tree: boolean): void;
  /** From now on, or not any more: a frame with `when: 'video'` whenever the screen has changed. */
  film(on: boolean): void;
  forgetFrames(): void;
  /** Where keys would go now. Never rejects: `unknown` where nobody says so before the signal ends. */
  askFocus(keys: AskedKeys, signal: AbortSignal): Promise<KeyFocus>;
  /** What captures must not show from now on; `texts` were typed before and may still be there. */
  obey(rules: PrivacyRules, texts: readonly string[]): void;
}
