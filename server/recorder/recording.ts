// What happens on a desktop, row by row, and the frames and trees that belong to it: of a trace, or of the flight recorder.
import { randomUUID } from 'node:crypto';
import { commandSpec } from '../../protocol/commands/table.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { CaptureWish } from '../../protocol/link.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { TraceOptions } from '../../protocol/tracing.ts';
import type { KnownRow, PredicateType, RowData, RowOf } from '../../trace/format.ts';
import type { Clock } from '../clock.ts';
import type {
  CaptureMessage,
  CapturePort,
  CommandCall,
  CommandOutcome,
  GuestEvent,
} from '../commands/observer.ts';
import type { Log } from '../log.ts';
import type { Blobs } from './blob-store.ts';
import { CaptureWriter, type Cause, type FrameNames } from './capture-writer.ts';
import { Expectations, partsOf, type Part } from './expectations.ts';
import type { DesktopPrivacy, KeyVerdict } from './desktop-privacy.ts';
import { hideIn, masksOf } from './hiding.ts';
import type { Losses, Lost } from './losses.ts';
import { SYSTEM, type RowAbout, type RowWriter } from './journal.ts';
import { Gestures, type DoneGesture } from './gestures.ts';
import { openCall, OpenCalls, replyData, wishOf, type OpenCall } from './open-calls.ts';
import { recordedEvent } from './withholding.ts';

/** Where rows, pictures and trees go, and how they are counted. */
export interface RecordingFiles {
  readonly journal: RowWriter;
  readonly blobs: Blobs;
  readonly names: FrameNames;
  readonly tally: { add(row: KnownRow): void; addOther(row: { type: string }): void };
}

export interface RecordingParts {
  /** Asked for at each step: what may be recorded can become less while it runs. */
  readonly options: () => TraceOptions;
  /** Pictures that this recording did not ask for are recorded too, as pictures of their moment. */
  readonly takesAll?: boolean;
  readonly port: CapturePort;
  readonly privacy: Pick<DesktopPrivacy, 'hiders'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds after a reply until a frame or tree that is missing counts as lost. */
  readonly captureWaitMs: number;
  /** A picture or a tree is missing; the recording tells of it. */
  readonly onFault: (part: 'picture' | 'tree') => void;
}

/** Answers that mean that no command reached the desktop. */
const NEVER_THERE = new Set(['guest_unavailable', 'bad_params', 'unknown_command', 'storage_full']);

export class Recording {
  readonly #parts: RecordingParts;
  readonly #journal: RowWriter;
  readonly #writer: CaptureWriter;
  readonly #expected: Expectations;
  readonly #tally: RecordingFiles['tally'];
  readonly #losses: Losses;
  readonly #calls = new OpenCalls();
  readonly #gestures = new Gestures();
  readonly #captures = new Map<string, Cause>();
  /** `ending`: pictures that come now are too late; `ended`: so are replies. */
  #state: 'running' | 'ending' | 'ended' = 'running';

  constructor(parts: RecordingParts, files: RecordingFiles, losses: Losses) {
    const { clock, log, port } = parts;
    this.#parts = parts;
    this.#journal = files.journal;
    this.#tally = files.tally;
    this.#losses = losses;
    this.#writer = new CaptureWriter({
      ...files,
      log,
      hiders: () => parts.privacy.hiders,
      onFault: parts.onFault,
      onLost: (error) => losses.lose(error),
      onRow: (row) => this.#tally.add(row),
      onUnknownPicture: () => port.forgetFrames(),
    });
    this.#expected = new Expectations({
      clock,
      waitMs: parts.captureWaitMs,
      onMissing: (id, part, reason) => this.#onMissing(id, part, reason),
      onLate: (part) => parts.onFault(part === 'tree' ? 'tree' : 'picture'),
    });
  }

  get options(): TraceOptions {
    return this.#parts.options();
  }

  /**
   * Does something with the recording that writes. Never throws: the desktop goes on, whatever the disk says, and what could
   * not be written is told of when it can be again.
   */
  write(work: (recording: this) => void, lost: Lost = {}): void {
    try {
      this.tellLosses();
      work(this);
    } catch (error) {
      this.#losses.lose(error, lost);
    }
  }

  /** A new command. Throws where it cannot be written, and then nothing of the call is taken in. */
  onCall(call: CommandCall, verdict: KeyVerdict, gesture?: DoneGesture['gesture']): void {
    const { open, data, masks } = openCall(call, this.options, verdict, this.#parts.privacy.hiders, gesture);
    this.#tally.add(this.#journal.append('call', data, 'open', open.about));
    this.#calls.add(open);
    this.#tellMasks(masks, open.about);
  }

  /** What is wanted of a call; undefined for one that this trace does not hold. */
  wish(call: CommandCall): CaptureWish | undefined {
    const open = this.#calls.get(call.callId);
    if (!open?.wish) return undefined;
    open.asked = true;
    this.#expected.expect(open.callId, partsOf(open.wish));
    return open.wish;
  }

  onReply(call: CommandCall, outcome: CommandOutcome): void {
    if (this.#state === 'ended') return;
    const open = this.#calls.get(call.callId);
    if (!open) {
      this.#keepPicture(outcome);
      return;
    }
    try {
      const { data, masks } = replyData(open, call, outcome, this.#parts.privacy.hiders);
      this.#tally.add(this.#journal.append('reply', data, 'must', open.about));
      this.#tellMasks(masks, open.about);
      this.#writeRequested(open, call, outcome);
    } finally {
      this.#followUp(open, outcome);
    }
  }

  /** What a viewer sent. A gesture that began before this recording did is no call of it. */
  onInput({ gesture, begins, hidden, ...data }: RowData<'input'>, actor: Actor): void {
    if (this.#state === 'ended') return;
    const part = this.#gestures.has(gesture) ? { gesture, begins, hidden } : {};
    this.#tally.add(this.#journal.append('input', { ...data, ...part }, 'open', { actor }));
  }

  /** A person begins to do something. What is wanted of it; its row is written when it is known what it was. */
  beginGesture(call: CommandCall): CaptureWish | undefined {
    if (this.#state !== 'running') return undefined;
    this.#gestures.begin(call.callId);
    return wishOf(call, this.options);
  }

  /** Writes what a person did as a call that succeeded, unless it began before this recording did. */
  endGesture(call: CommandCall, { gesture, verdict, watched }: DoneGesture): void {
    const captured = this.#gestures.end(call.callId);
    if (!captured) return;
    this.onCall(call, verdict, gesture);
    if (watched) this.wish(call);
    const durationMs = gesture.ended_ms - gesture.started_ms;
    const done = { success: true, result: undefined, error: undefined, image: undefined };
    this.onReply(call, { ...done, durationMs });
    for (const { message, png } of captured) this.onCapture(message, png);
  }

  onCapture(message: CaptureMessage, png: Uint8Array | undefined): void {
    if (this.#state !== 'running') return;
    if (this.#gestures.keep(message, png)) {
      this.#keepStray(message, png);
      return;
    }
    const id = message.call_id ?? message.capture_id ?? '';
    const cause = this.#causeOf(id, message) ?? this.#unasked(message);
    if (!cause) {
      this.#keepStray(message, png);
      return;
    }
    this.#write(cause, message, png);
    this.#expected.arrived(id, partOf(message));
    this.#forgetIfDone(id);
  }

  onGuest(event: GuestEvent, reason: string): void {
    try {
      this.onState(event === 'released' ? event : `agent_${event}`, reason);
    } finally {
      if (event === 'lost') this.#expected.abandon(`the agent was lost: ${reason}`);
    }
  }

  /** The desktop, or its agent, is in another state. */
  onState(state: string, reason: string): void {
    if (this.#state === 'ended') return;
    this.#tally.add(this.#journal.append('desktop', { state, reason }, 'must', SYSTEM));
  }

  addMetadata(key: string, value: RowOf<'metadata'>['data']['value'], about: RowAbout): void {
    const hidden = hideIn({ key, value }, this.#parts.privacy.hiders);
    const data = hidden.value as RowData<'metadata'>;
    this.#tally.add(this.#journal.append('metadata', data, 'open', about));
    this.#tellMasks(masksOf('metadata', hidden), about);
  }

  addForeign(type: PredicateType, data: Record<string, unknown>, about: RowAbout): void {
    const hidden = recordedEvent(data, this.options.screenshots, this.#parts.privacy.hiders);
    const left = hidden.value as Record<string, unknown>;
    this.#tally.addOther(this.#journal.appendForeign(type, left, about));
    this.#tellMasks(masksOf('event', hidden), about);
  }

  /** A picture of this moment, on disk or told to be missing when this resolves. */
  async capture(when: 'initial' | 'final'): Promise<void> {
    if (!this.options.screenshots) return;
    const captureId = randomUUID();
    this.#captures.set(captureId, { captureId, about: SYSTEM });
    this.#expected.expect(captureId, [when]);
    try {
      this.#parts.port.capture(captureId, when, false);
      this.#expected.replied(captureId);
    } catch (error) {
      this.#expected.abandon(toDeskreelError(error).message, captureId);
    }
    await this.#expected.none(when);
    await this.#writer.idle();
    this.#captures.delete(captureId);
  }

  /** Resolves when no input has a picture under way that is to be settled. */
  settled(): Promise<void> {
    return this.#expected.none('after');
  }

  /** Resolves when every frame and tree is there that was asked of the guest. */
  captured(): Promise<void> {
    return this.#expected.none();
  }

  /** Resolves when everything that has arrived is on disk. */
  written(): Promise<void> {
    return this.#writer.idle();
  }

  /** Resolves when every call has its reply. */
  answered(): Promise<void> {
    return this.#calls.answered();
  }

  /** Throws while it still cannot be written. */
  protected tellLosses(): void {
    this.#losses.tell(this.#journal, (row) => this.#tally.add(row));
    this.#writer.tellMissing();
  }

  /** What is still under way is told to be missing; from now on nothing is written here. */
  protected async finish(reason: string): Promise<void> {
    this.#expected.abandon(reason);
    this.#state = 'ending';
    await this.#writer.idle();
    await this.#writer.removeUnclaimed();
    this.#state = 'ended';
  }

  /** Nothing more is taken, whatever is under way. */
  protected cut(): void {
    this.#state = 'ended';
  }

  #writeRequested(open: OpenCall, call: CommandCall, outcome: CommandOutcome): void {
    if (commandSpec(call.command).capture !== 'result' || !this.#takesPictures()) return;
    const { image, imagePrivate, success } = outcome;
    if (imagePrivate) {
      if (!open.pictured) this.#expected.expect(open.callId, ['requested']);
    } else if (image) this.#writer.frame(open, 'requested', image, image.png);
    else if (success) this.#writer.missing(open, 'frame', 'requested', 'the answer came without its picture');
  }

  #followUp(open: OpenCall, outcome: CommandOutcome): void {
    this.#calls.replied(open);
    if (open.wish && !open.asked) {
      for (const part of partsOf(open.wish))
        this.#missing(open, part, 'the command did not reach the desktop');
    } else if (outcome.error && NEVER_THERE.has(outcome.error.code)) {
      this.#expected.abandon('the command did not reach the desktop', open.callId);
    } else {
      this.#expected.replied(open.callId);
    }
    this.#forgetIfDone(open.callId);
  }

  #write(cause: Cause, message: CaptureMessage, png: Uint8Array | undefined): void {
    const { when } = message;
    const { screenshots, accessibility_tree: trees } = this.options;
    if (message.type === 'frame') {
      if (screenshots) this.#writer.frame(cause, when, message, png);
      else this.#writer.missing(cause, 'frame', when, 'pictures are not wanted any more');
    } else if (message.type === 'no_frame') {
      this.#parts.onFault('picture');
      this.#writer.missing(cause, 'frame', when, message.evidence);
    } else if (trees) {
      // Another recording of the same desktop may want the tree that this one does not.
      if (message.type === 'tree') {
        this.#writer.tree(cause, when, message);
        return;
      }
      this.#parts.onFault('tree');
      this.#writer.missing(cause, 'tree', when, message.evidence);
    }
  }

  #causeOf(id: string, { when }: CaptureMessage): Cause | undefined {
    const open = this.#calls.get(id);
    // It may be there before the reply that it belongs to.
    if (open && when === 'requested') open.pictured = true;
    return open ?? this.#captures.get(id);
  }

  #keepStray(message: CaptureMessage, png: Uint8Array | undefined): void {
    if (message.type === 'frame' && png && this.options.screenshots) {
      this.#writer.keepPicture(message.info, png);
    }
  }

  #tellMasks(masks: readonly RowData<'masked'>[], about: RowAbout): void {
    try {
      for (const data of masks) this.#tally.add(this.#journal.append('masked', data, 'must', about));
    } catch (error) {
      // The row that it tells of is written: nothing is refused for this one.
      this.#losses.lose(error);
    }
  }

  #unasked({ type, when, call_id: callId, capture_id: captureId }: CaptureMessage): Cause | undefined {
    const wanted = this.#parts.takesAll ? type === 'frame' : when === 'video' && this.options.video;
    return wanted ? { callId, captureId, about: SYSTEM } : undefined;
  }

  #keepPicture({ image, imagePrivate }: CommandOutcome): void {
    if (image && !imagePrivate && !this.#parts.takesAll && this.#takesPictures())
      this.#writer.keepPicture(image.info, image.png);
  }

  #takesPictures(): boolean {
    return this.options.screenshots && this.#state === 'running';
  }

  #onMissing(id: string, part: Part, reason: string): void {
    const cause = this.#calls.get(id) ?? this.#captures.get(id);
    if (cause && this.#state !== 'ended') this.#missing(cause, part, reason);
  }

  #missing(cause: Cause, part: Part, reason: string): void {
    if (part === 'tree') this.#writer.missing(cause, 'tree', 'after', reason);
    else this.#writer.missing(cause, 'frame', part, reason);
  }

  #forgetIfDone(callId: string): void {
    if (this.#calls.get(callId)?.replied && !this.#expected.has(callId)) this.#calls.forget(callId);
  }
}

function partOf(message: CaptureMessage): Part {
  if (message.type === 'tree' || message.type === 'no_tree') return 'tree';
  // A film is awaited by nobody; `before` then just finds nothing to strike off.
  return message.when === 'video' ? 'before' : message.when;
}
