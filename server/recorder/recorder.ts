// A desktop's recorder: listens to the dispatcher and the guest. It has at most one running trace, and beside it the
// flight recorder, which takes in everything that a trace that runs would.
import type { DesktopSpec, DesktopState } from '../../protocol/desktop.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { mergedWish, type CaptureWish } from '../../protocol/link.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { MaskRule, TypedSecret } from '../../protocol/privacy/rules.ts';
import type { TraceInfo, TraceOptions } from '../../protocol/tracing.ts';
import { isPredicateType, type DesktopFacts, type RowData, type RowOf } from '../../trace/format.ts';
import type { Clock } from '../clock.ts';
import type {
  CaptureMessage,
  CapturePort,
  CommandCall,
  CommandObserver,
  CommandOutcome,
  GuestEvent,
  GuestListener,
} from '../commands/observer.ts';
import type { Log } from '../log.ts';
import { BlobPool } from './blob-pool.ts';
import { DesktopPrivacy, KEY_COMMANDS, type KeyVerdict } from './desktop-privacy.ts';
import type { DoneGesture } from './gestures.ts';
import type { Hider } from './hiding.ts';
import { FlightRecorder, type CutRequest } from './flight/flight-recorder.ts';
import type { FlightLimits } from './flight/limits.ts';
import type { FaultPart } from './metrics.ts';
import { beginTrace, type TraceRecording } from './trace-recording.ts';
import { asStorageError } from './reserve.ts';
import type { TraceStore } from './traces-store.ts';
import { within } from './within.ts';

export interface RecorderParts {
  readonly desktop: DesktopFacts;
  readonly record: DesktopSpec['record'];
  /** What is kept out of everything that is recorded of this desktop. */
  readonly privacy?: DesktopSpec['privacy'];
  readonly store: TraceStore;
  readonly port: CapturePort;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds after a reply until a missing frame or tree counts as lost. */
  readonly captureWaitMs?: number;
  /** Milliseconds that `stop` waits for the replies of commands that still run. */
  readonly replyWaitMs?: number;
  readonly flightLimits?: FlightLimits;
}

/** A row of one of Predicate's types, from an SDK. */
export interface ForeignEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly stepId?: string | undefined;
}

/** The guest takes at most 3 s until the after-frame and 5 s for the tree that follows; the rest is for the way here. */
const CAPTURE_WAIT_MS = 10_000;
/** A command may run for hours; a stop is not to wait for it. */
const REPLY_WAIT_MS = 1_000;
/** Nobody takes back what they do by a viewer. */
const NEVER = new AbortController().signal;

export function createRecorder(parts: RecorderParts): TraceRecorder {
  return new TraceRecorder(parts);
}

export class TraceRecorder implements CommandObserver, GuestListener {
  readonly #parts: RecorderParts;
  /** The trace under way; it takes new commands while it is `accepting`. */
  #recording: TraceRecording | undefined;
  #accepting = false;
  #starting: Promise<TraceInfo> | undefined;
  #stopping: Promise<TraceInfo> | undefined;
  #closed = false;
  /** What people are about to do, with what ends it. */
  readonly #gestures = new Map<string, () => void>();
  readonly #pool = new BlobPool();
  readonly #privacy: DesktopPrivacy;
  readonly #flight: FlightRecorder | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#privacy = new DesktopPrivacy(parts.port, parts.privacy);
    if (parts.record !== 'always') return;
    const { desktop, store, port, clock, log } = parts;
    this.#flight = new FlightRecorder({
      root: store.flightRoot(desktop.id),
      desktop,
      port,
      privacy: this.#privacy,
      clock,
      log,
      captureWaitMs: this.#captureWaitMs,
      pool: this.#pool,
      metrics: store.metrics,
      limits: parts.flightLimits,
      traced: () => this.#recording?.options,
    });
    store.attach(desktop.id, this.#flight);
  }

  /** What must not be written of what is said and answered on this desktop. */
  get hiders(): readonly Hider[] {
    return this.#privacy.hiders;
  }

  /** The id of the trace that takes commands now. */
  get active(): string | undefined {
    return this.#accepting ? this.#recording?.start.data.trace_id : undefined;
  }

  /**
   * Begins a trace: when this resolves its first frame is on disk and every command from now on is in it.
   * Throws `trace_active`, `storage_full`, or `conflict` where the desktop is not recorded at all.
   */
  async start(options: TraceOptions): Promise<TraceInfo> {
    if (this.#parts.record === 'off') {
      throw new DeskreelError(
        'conflict',
        'This desktop was created with record "off": nothing of it is recorded.',
      );
    }
    if (options.video && !options.screenshots) {
      throw new DeskreelError('bad_request', 'video: it is made of screenshots, which are switched off');
    }
    if (this.#stopping) await this.#stopping.catch(() => undefined);
    if (this.#closed) throw new DeskreelError('conflict', 'The desktop is going away: no trace can begin.');
    if (this.#recording || this.#starting) {
      throw new DeskreelError('trace_active', 'Tracing is already active. Call stop() first.');
    }
    this.#starting = this.#begin(options).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /**
   * Makes a trace of the last so many milliseconds, which nobody needs to have traced. Throws `conflict` where the desktop
   * has no flight recorder.
   */
  async cut(request: CutRequest): Promise<TraceInfo> {
    if (this.#flight) return this.#flight.cut(request, this.#parts.store);
    throw new DeskreelError(
      'conflict',
      `This desktop was created with record "${this.#parts.record}": it has no flight recorder to cut from.`,
    );
  }

  /** Adds a key and a value. Throws `trace_inactive`. */
  addMetadata(key: string, value: RowOf<'metadata'>['data']['value'], actor?: Actor): void {
    this.#running().addMetadata(key, value, { actor });
    this.#flight?.write((flight) => flight.addMetadata(key, value, { actor }));
  }

  /** Adds rows of Predicate's types. Throws `trace_inactive`, or `bad_request` for a type that is none of them. */
  addEvents(events: readonly ForeignEvent[], actor?: Actor): void {
    const recording = this.#running();
    for (const { type, data, stepId } of events) {
      if (!isPredicateType(type)) throw new DeskreelError('bad_request', `type: ${type} is no type of event`);
      recording.addForeign(type, data, { actor, stepId });
      this.#flight?.write((flight) => flight.addForeign(type, data, { actor, stepId }));
    }
  }

  /**
   * Ends the trace: waits for what is under way (within a bound), takes the last frame and seals. When this resolves the
   * trace is sealed; its ZIP follows. Throws `trace_inactive`. After any other error the trace is over all the same, and
   * what is on disk can still be finished.
   */
  stop(): Promise<TraceInfo> {
    const recording = this.#running();
    this.#stopping ??= this.#end(recording).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  /** Ends the running trace, if there is one: the desktop or the server goes away. No other begins. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => undefined);
    this.#endGestures();
    try {
      if (this.#accepting) await this.stop();
      else await this.#stopping;
    } finally {
      await this.#flight?.close();
      this.#parts.store.detach(this.#parts.desktop.id);
    }
  }

  /** Lets go of what the flight recorder keeps beyond its bounds. It does so by itself, once a minute. */
  async tidy(): Promise<void> {
    await this.#flight?.tidy();
  }

  /** The desktop is gone: what nobody asked to be recorded of it goes too. After `close`. */
  async discard(): Promise<void> {
    await this.#flight?.remove();
  }

  async beforeInput(call: CommandCall, signal: AbortSignal): Promise<void> {
    const recording = this.#accepting ? this.#recording : undefined;
    if (signal.aborted || !(recording ?? this.#flight)) return;
    if (recording?.options.pace === 'settled') await this.#settled(recording, signal);
    await this.#privacy.prepare(call, signal);
  }

  async #settled(recording: TraceRecording, signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<undefined>();
    const abort = (): void => aborted.resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
    await Promise.race([recording.settled(), aborted.promise]);
    signal.removeEventListener('abort', abort);
  }

  /** Whether what people do by viewers is recorded now. */
  get takesGestures(): boolean {
    return this.#accepting || this.#flight !== undefined;
  }

  /** Why no key of a viewer is recorded by itself: what a pattern hides is not known before the text is whole. */
  get rawKeyRule(): MaskRule | undefined {
    return this.#privacy.hasPatterns ? 'pattern' : undefined;
  }

  /** What is known of a key that a person is about to give. Never rejects. */
  async keyVerdict(call: CommandCall): Promise<KeyVerdict> {
    await this.#privacy.prepare(call, NEVER);
    return this.#privacy.verdict(call);
  }

  /** What a viewer sent, before it goes on. */
  onInput(data: RowData<'input'>, actor: Actor): void {
    if (this.#accepting) this.#recording?.write((trace) => trace.onInput(data, actor));
    this.#flight?.write((flight) => flight.onInput(data, actor));
  }

  /**
   * A person begins to do something; what is wanted of it. `finish` is called where a trace ends before they are done: it
   * has to end the gesture.
   */
  beginGesture(call: CommandCall, finish: () => void): CaptureWish | undefined {
    this.#gestures.set(call.callId, finish);
    // What was typed before has ended.
    if (!KEY_COMMANDS.has(call.command)) this.#privacy.verdict(call);
    const wishes = [this.#accepting ? this.#recording?.beginGesture(call) : undefined];
    this.#flight?.write((flight) => wishes.push(flight.beginGesture(call)));
    return mergedWish(wishes);
  }

  /** What it was that a person did. */
  endGesture(call: CommandCall, done: DoneGesture): void {
    this.#gestures.delete(call.callId);
    this.#recording?.write((trace) => trace.endGesture(call, done), { commands: 1 });
    this.#flight?.write((flight) => flight.endGesture(call, done), { commands: 1 });
  }

  wish(call: CommandCall): CaptureWish | undefined {
    return mergedWish([this.#recording?.wish(call), this.#flight?.wish(call)]);
  }

  onCall(call: CommandCall): void {
    const verdict = this.#privacy.verdict(call);
    if (this.#accepting) this.#recording?.admit(call, verdict);
    this.#flight?.write((flight) => flight.onCall(call, verdict), { commands: 1 });
  }

  durable(): Promise<void> | undefined {
    return this.#recording?.durable();
  }

  onReply(call: CommandCall, outcome: CommandOutcome): void {
    this.#flight?.write((flight) => flight.onReply(call, outcome));
    this.#recording?.write((trace) => trace.onReply(call, outcome));
  }

  onCapture(message: CaptureMessage, png: Uint8Array | undefined): void {
    this.#recording?.onCapture(message, png);
    this.#flight?.write((flight) => flight.onCapture(message, png));
  }

  onHello(secrets: readonly TypedSecret[]): void {
    this.#privacy.learn(secrets);
    this.#privacy.tellGuest();
  }

  onGuest(state: GuestEvent, reason: string): void {
    if (state === 'lost') this.#parts.store.metrics.fault('guest');
    this.#recording?.write((trace) => trace.onGuest(state, reason));
    // The agent that is back knows nothing of what the one before it was told.
    if (state === 'back' && this.#accepting && this.#recording?.options.video) this.#parts.port.film(true);
    this.#flight?.write((flight) => flight.onGuest(state, reason));
  }

  /** The desktop's own state changed. */
  onState(state: DesktopState, reason: string): void {
    this.#recording?.write((trace) => trace.onState(state, reason));
    this.#flight?.write((flight) => flight.onState(state, reason));
    if (state === 'ready') this.#flight?.look();
  }

  get #captureWaitMs(): number {
    return this.#parts.captureWaitMs ?? CAPTURE_WAIT_MS;
  }

  #running(): TraceRecording {
    if (this.#recording && this.#accepting) return this.#recording;
    throw new DeskreelError('trace_inactive', 'Tracing is not active. Call start() first.');
  }

  async #begin(options: TraceOptions): Promise<TraceInfo> {
    const { store, desktop, port, clock, log } = this.#parts;
    const pool = this.#pool;
    const { traceId, dir } = store.begin();
    try {
      this.#privacy.hold(traceId, options.privacy);
      const privacy = this.#privacy;
      const captureWaitMs = this.#captureWaitMs;
      const onFault = (part: FaultPart): void => store.metrics.fault(part);
      const onLoss = (): void => store.metrics.fault('journal');
      const makeRoom = (): boolean => this.#flight?.makeRoom() ?? false;
      const durability = options.durability ?? store.durability;
      const recording = beginTrace({
        dir,
        traceId,
        options,
        desktop,
        port,
        privacy,
        clock,
        log,
        captureWaitMs,
        onFault,
        onLoss,
        makeRoom,
        pool,
        durability,
      });
      this.#recording = recording;
      port.forgetFrames();
      await recording.capture('initial');
      store.started(recording.start);
      this.#accepting = true;
      if (options.video) port.film(true);
      return await store.info(traceId);
    } catch (error) {
      this.#giveUp(traceId);
      throw asStorageError(error);
    }
  }

  async #end(recording: TraceRecording): Promise<TraceInfo> {
    this.#endGestures();
    this.#accepting = false;
    try {
      const { clock } = this.#parts;
      await within(this.#captureWaitMs, recording.captured(), clock);
      await within(this.#parts.replyWaitMs ?? REPLY_WAIT_MS, recording.answered(), clock);
      this.#stopFilming(recording);
      await recording.capture('final');
      // What is deleted with the trace is found by its time: none of it may be written later than its end.
      await this.#flight?.written();
      const recorded = await recording.end();
      recording.close();
      this.#over(recording);
      return await this.#parts.store.seal(recorded);
    } catch (error) {
      this.#giveUp(recording.start.data.trace_id);
      throw asStorageError(error);
    }
  }

  #endGestures(): void {
    for (const finish of this.#gestures.values()) finish();
  }

  #giveUp(traceId: string): void {
    const untold = this.#recording?.untold;
    this.#privacy.release(traceId);
    this.#recording?.close();
    if (this.#recording) this.#over(this.#recording);
    this.#accepting = false;
    this.#parts.store.abandon(traceId, untold);
  }

  #stopFilming({ options }: TraceRecording): void {
    if (options.video) this.#parts.port.film(false);
  }

  /** What the flight recorder was not given meanwhile, the guest takes it to have. */
  #over(recording: TraceRecording): void {
    this.#stopFilming(recording);
    this.#recording = undefined;
    this.#privacy.release(recording.start.data.trace_id);
    if (this.#flight && !recording.options.screenshots) this.#parts.port.forgetFrames();
  }
}
