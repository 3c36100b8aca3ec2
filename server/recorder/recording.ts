// One trace while it runs: what happens on the desktop, row by row, and the frames and trees that belong to it.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { commandSpec } from '../../protocol/commands/table.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { CaptureWish } from '../../protocol/link.ts';
import type { TraceOptions } from '../../protocol/tracing.ts';
import type { DesktopFacts, PredicateType, RowOf } from '../../trace/format.ts';
import { JOURNAL } from '../../trace/layout.ts';
import type { ManifestFile } from '../../trace/manifest.ts';
import { Tally } from '../../trace/tally.ts';
import type { Clock } from '../clock.ts';
import type { CaptureMessage, CapturePort, CommandCall, CommandOutcome } from '../commands/observer.ts';
import type { Log } from '../log.ts';
import { BlobStore } from './blob-store.ts';
import { CaptureWriter, type Cause } from './capture-writer.ts';
import { Expectations, partsOf, type Part } from './expectations.ts';
import { Journal, type JournalEnd, type RowAbout } from './journal.ts';
import { openCall, OpenCalls, replyData, type OpenCall } from './open-calls.ts';
import { Reserve, RESERVE } from './reserve.ts';
import { recordedEvent } from './withholding.ts';

export interface RecordingParts {
  readonly dir: string;
  readonly traceId: string;
  readonly options: TraceOptions;
  readonly desktop: DesktopFacts;
  readonly port: CapturePort;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds after a reply until a frame or tree that is missing counts as lost. */
  readonly captureWaitMs: number;
}

/** What is needed to seal it. */
export interface Recorded {
  readonly start: RowOf<'trace_start'>;
  readonly end: RowOf<'trace_end'>;
  readonly journal: JournalEnd;
  readonly blobs: readonly ManifestFile[];
}

/** Answers that mean that no command reached the desktop. */
const NEVER_THERE = new Set(['guest_unavailable', 'bad_params', 'unknown_command', 'storage_full']);

export class Recording {
  readonly #parts: RecordingParts;
  readonly #reserve: Reserve;
  readonly #journal: Journal;
  readonly #blobs: BlobStore;
  readonly #writer: CaptureWriter;
  readonly #expected: Expectations;
  readonly #tally = new Tally();
  readonly #calls = new OpenCalls();
  readonly #captures = new Map<string, Cause>();
  readonly #start: RowOf<'trace_start'>;
  /** `ending`: pictures that come now are too late; `ended`: so are replies. */
  #state: 'running' | 'ending' | 'ended' = 'running';

  /** Writes the first row. Throws `storage_full` where there is no room. */
  constructor(parts: RecordingParts) {
    const { dir, clock, log, port } = parts;
    this.#parts = parts;
    this.#reserve = new Reserve(join(dir, RESERVE));
    this.#journal = new Journal({
      path: join(dir, JOURNAL),
      runId: randomUUID(),
      clock,
      reserve: this.#reserve,
    });
    this.#blobs = new BlobStore(dir);
    this.#writer = new CaptureWriter({
      journal: this.#journal,
      blobs: this.#blobs,
      log,
      onRow: (row) => this.#tally.add(row),
      onUnknownPicture: () => port.forgetFrames(),
    });
    this.#expected = new Expectations({
      clock,
      waitMs: parts.captureWaitMs,
      onMissing: (id, part, reason) => this.#onMissing(id, part, reason),
    });
    this.#start = this.#writeStart();
  }

  get start(): RowOf<'trace_start'> {
    return this.#start;
  }

  get options(): TraceOptions {
    return this.#parts.options;
  }

  onCall(call: CommandCall): void {
    const { open, data } = openCall(call, this.options);
    this.#tally.add(this.#journal.append('call', data, 'open', open.about));
    this.#calls.add(open);
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
      const data = replyData(open, call, outcome);
      this.#tally.add(this.#journal.append('reply', data, 'must', open.about));
      this.#writeRequested(open, call, outcome);
    } finally {
      this.#followUp(open, outcome);
    }
  }

  onCapture(message: CaptureMessage, png: Uint8Array | undefined): void {
    if (this.#state !== 'running') return;
    const id = message.call_id ?? message.capture_id ?? '';
    const cause = this.#calls.get(id) ?? this.#captures.get(id);
    if (!cause) {
      if (message.type === 'frame' && png && this.options.screenshots) {
        this.#writer.keepPicture(message.info, png);
      }
      return;
    }
    this.#write(cause, message, png);
    this.#expected.arrived(id, partOf(message));
    this.#forgetIfDone(id);
  }

  /** Never throws: the link to the guest goes on whatever becomes of the row. */
  onGuest(state: 'lost' | 'back', reason: string): void {
    if (this.#state === 'ended') return;
    try {
      const data = { state: `agent_${state}`, reason };
      this.#tally.add(this.#journal.append('desktop', data, 'must', SYSTEM));
    } catch (error) {
      this.#parts.log.error('recorder.row_not_written', { type: 'desktop', state, error });
    }
    if (state === 'lost') this.#expected.abandon(`the agent was lost: ${reason}`);
  }

  addMetadata(key: string, value: RowOf<'metadata'>['data']['value'], about: RowAbout): void {
    this.#tally.add(this.#journal.append('metadata', { key, value }, 'open', about));
  }

  addForeign(type: PredicateType, data: Record<string, unknown>, about: RowAbout): void {
    const recorded = recordedEvent(data, this.options.screenshots);
    this.#tally.addOther(this.#journal.appendForeign(type, recorded, about));
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

  /** Resolves when every call has its reply. */
  answered(): Promise<void> {
    return this.#calls.answered();
  }

  /** Writes the last row. What is still under way is told to be missing. To be closed afterwards, however it ended. */
  async end(): Promise<Recorded> {
    this.#expected.abandon('the trace was stopped before it arrived');
    this.#state = 'ending';
    await this.#writer.idle();
    await this.#writer.removeUnclaimed();
    // The last row's own event is counted in what it says.
    this.#state = 'ended';
    const counts = this.#tally.counts();
    const data = { end: 'stopped', counts: { ...counts, events: counts.events + 1 } } as const;
    const end = this.#journal.append('trace_end', data, 'must', SYSTEM);
    return { start: this.#start, end, journal: this.#journal.end, blobs: this.#blobs.files() };
  }

  /** Gives the file and the reserve back; the journal can be finished by recovery. */
  close(): void {
    this.#state = 'ended';
    this.#journal.close();
    this.#reserve.release();
  }

  #writeStart(): RowOf<'trace_start'> {
    const { traceId, options, desktop } = this.#parts;
    const data = { trace_id: traceId, name: options.name ?? null, config: options, desktop };
    try {
      const row = this.#journal.append('trace_start', data, 'open', SYSTEM);
      this.#tally.add(row);
      return row;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #writeRequested(open: OpenCall, call: CommandCall, outcome: CommandOutcome): void {
    if (commandSpec(call.command).capture !== 'result' || !this.#takesPictures()) return;
    const { image, success } = outcome;
    if (image) this.#writer.frame(open, 'requested', image.info, image.png);
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
    if (message.type === 'frame') {
      if (this.options.screenshots) this.#writer.frame(cause, when, message.info, png);
    } else if (message.type === 'tree') {
      if (this.options.accessibility_tree) this.#writer.tree(cause, when, message.report);
    } else {
      this.#writer.missing(cause, message.type === 'no_frame' ? 'frame' : 'tree', when, message.evidence);
    }
  }

  #keepPicture({ image }: CommandOutcome): void {
    if (image && this.#takesPictures()) this.#writer.keepPicture(image.info, image.png);
  }

  #takesPictures(): boolean {
    return this.options.screenshots && this.#state === 'running';
  }

  #onMissing(id: string, part: Part, reason: string): void {
    const cause = this.#calls.get(id) ?? this.#captures.get(id);
    if (cause) this.#missing(cause, part, reason);
  }

  #missing(cause: Cause, part: Part, reason: string): void {
    if (part === 'tree') this.#writer.missing(cause, 'tree', 'after', reason);
    else this.#writer.missing(cause, 'frame', part, reason);
  }

  #forgetIfDone(callId: string): void {
    if (this.#calls.get(callId)?.replied && !this.#expected.has(callId)) this.#calls.forget(callId);
  }
}

const SYSTEM: RowAbout = { actor: { kind: 'system', id: 'recorder' } };

function partOf(message: CaptureMessage): Part {
  if (message.type === 'tree' || message.type === 'no_tree') return 'tree';
  // A frame that a client asked for is never awaited; `before` then just finds nothing to strike off.
  return message.when === 'requested' ? 'before' : message.when;
}
