// What one person does with one viewer: told to the recorder before it goes on to the desktop, as it comes and as gestures.
import { randomUUID } from 'node:crypto';
import type { ViewerInput } from '../../protocol/rfb/viewer-messages.ts';
import type { CaptureWish } from '../../protocol/link.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { MaskRule } from '../../protocol/privacy/rules.ts';
import type { Gesture, GestureBegin, GestureStart, GestureStep } from '../../trace/gestures/gesture.ts';
import { withoutKey, type InputEvent, type InputEventOf } from '../../trace/gestures/input-event.ts';
import { keyName } from '../../trace/gestures/key-name.ts';
import { GestureReducer } from '../../trace/gestures/reducer.ts';
import type { RowData } from '../../trace/format.ts';
import type { Clock } from '../clock.ts';
import type { CommandCall } from '../commands/observer.ts';
import type { Log } from '../log.ts';
import type { KeyVerdict } from '../recorder/desktop-privacy.ts';
import { hideIn } from '../recorder/hiding.ts';
import type { TraceRecorder } from '../recorder/recorder.ts';

/** What the desktop's agent does for a viewer's gestures. */
export interface GestureWatch {
  /**
   * Resolves once the frame before the gesture is taken, or when that takes too long: people are not held up. False where
   * nobody can be asked.
   */
  watch(callId: string, wish: CaptureWish): Promise<unknown> | false;
  /** The gesture is over: what it leads to is waited for. */
  watched(callId: string): void;
  /** It is about to be given. */
  viewerInput(command: string, params: unknown): void;
}

export interface ViewerParts {
  readonly actor: Actor;
  readonly recorder: Pick<
    TraceRecorder,
    'takesGestures' | 'rawKeyRule' | 'hiders' | 'keyVerdict' | 'onInput' | 'beginGesture' | 'endGesture'
  >;
  readonly guest: GestureWatch;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
}

interface OpenGesture {
  readonly call: CommandCall;
  readonly verdict: KeyVerdict;
  /** Resolves once the frame before it is taken; false where nobody was asked for any. */
  readonly watched: Promise<unknown> | false;
  /** Until it is told with the first of its events. */
  begins: GestureBegin | undefined;
}

const PLAIN: KeyVerdict = { rule: undefined, focus: undefined };
/** Moves wait for so long, in milliseconds, or until there are so many, to share a row. */
const MOVES_MS = 250;
const MOVES = 32;
/** A timer may be early. Milliseconds. */
const AFTER_MS = 2;

export class Viewer {
  readonly #parts: ViewerParts;
  readonly #id = randomUUID();
  readonly #reducer = new GestureReducer();
  readonly #closed = new AbortController();
  #open: OpenGesture | undefined;
  #moves: InputEvent[] = [];
  #buttons = 0;
  /** Keys that went down unrecorded, with the reason: they come up so, too. */
  readonly #masked = new Map<number, MaskRule>();
  #timer = new AbortController();

  constructor(parts: ViewerParts) {
    this.#parts = parts;
  }

  /**
   * To be done before the input is passed on. `atMs`: when it arrived. Never rejects: whatever becomes of the recording,
   * people go on.
   */
  async take(input: ViewerInput, atMs: number): Promise<void> {
    try {
      await this.#take(input, { at_ms: atMs });
    } catch (error) {
      this.#parts.log.error('viewer.not_recorded', { error });
    }
  }

  /** Nothing follows for now: what is under way is recorded as it is. */
  readonly flush = (): void => {
    this.#tellMoves();
    this.#endAll(this.#reducer.flush());
  };

  close(): void {
    this.flush();
    this.#closed.abort();
    this.#timer.abort();
  }

  async #take(input: ViewerInput, at: { at_ms: number }): Promise<void> {
    // Something follows, however long it takes to take it in.
    this.#timer.abort();
    if (!this.#parts.recorder.takesGestures) {
      this.#reducer.add({ ...input, ...at });
      return;
    }
    if (input.kind === 'key') await this.#takeKey({ ...input, ...at });
    else await this.#takeEvent({ ...input, ...at }, PLAIN);
    this.#wait();
  }

  async #takeKey(event: InputEventOf<'key'> & { keysym: number }): Promise<void> {
    const { keysym, down } = event;
    if (!down) {
      const rule = this.#masked.get(keysym);
      this.#masked.delete(keysym);
      await this.#takeEvent(event, PLAIN, rule);
      return;
    }
    const params = { key: keyName(keysym) };
    const { guest, recorder } = this.#parts;
    const verdict = await recorder.keyVerdict(this.#call('press_key', params));
    const rule = verdict.rule ?? recorder.rawKeyRule;
    if (rule !== undefined) this.#masked.set(keysym, rule);
    await this.#takeEvent(
      verdict.rule === undefined ? event : { ...event, masked: verdict.rule },
      verdict,
      rule,
    );
    // What began with the key has been told already.
    if (this.#open?.call.command === 'type_text') guest.viewerInput('press_key', params);
  }

  /** `rule`: why the event is recorded without saying which key it is. */
  async #takeEvent(event: InputEvent, verdict: KeyVerdict, rule?: MaskRule): Promise<void> {
    for (const step of this.#reducer.add(event)) {
      // Which modifiers a key is given with is not told where the key is not.
      await this.#follow(step, verdict, event.kind === 'key' && rule === undefined ? this.#reducer.held : []);
    }
    if (event.kind === 'pointer' && event.buttons === this.#buttons) {
      this.#moves.push(event);
      if (this.#moves.length >= MOVES) this.#tellMoves();
      return;
    }
    if (event.kind === 'pointer') this.#buttons = event.buttons;
    this.#tellMoves();
    this.#tell([event.kind === 'key' && rule !== undefined ? withoutKey(event, rule) : event]);
  }

  async #follow(step: GestureStep, verdict: KeyVerdict, held: readonly number[]): Promise<void> {
    this.#tellMoves();
    if (step.kind === 'ends') this.#end(step.gesture);
    else await this.#begin(step.start, verdict, held);
  }

  async #begin({ method, args }: GestureStart, verdict: KeyVerdict, held: readonly number[]): Promise<void> {
    const { recorder, guest } = this.#parts;
    const call = this.#call(method, args);
    const wish = recorder.beginGesture(call, this.flush);
    if (method !== 'type_text') guest.viewerInput(method, args);
    // It may have to end while the frame before it is taken.
    const watched = wish !== undefined && guest.watch(call.callId, wish);
    this.#open = { call, verdict, watched, begins: beginOf(method, verdict, held) };
    await this.#open.watched;
  }

  #endAll(steps: readonly GestureStep[]): void {
    for (const step of steps) if (step.kind === 'ends') this.#end(step.gesture);
  }

  #end({ method, args, startedMs, endedMs }: Gesture): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { recorder, guest, actor } = this.#parts;
    if (open.watched !== false) guest.watched(open.call.callId);
    const gesture = { viewer: actor.id, started_ms: startedMs, ended_ms: endedMs };
    const call = { ...open.call, command: method, params: args };
    recorder.endGesture(call, { gesture, verdict: open.verdict, watched: open.watched !== false });
  }

  #call(command: CommandCall['command'], params: unknown): CommandCall {
    const about = { requestId: undefined, stepId: undefined, actor: this.#parts.actor, session: this.#id };
    return { callId: randomUUID(), command, params, ...about };
  }

  #tellMoves(): void {
    const moves = this.#moves;
    this.#moves = [];
    if (moves.length > 0) this.#tell(moves);
  }

  #tell(events: InputEvent[]): void {
    const { recorder, actor } = this.#parts;
    recorder.onInput({ viewer: actor.id, session: this.#id, events, ...this.#partOf() }, actor);
  }

  /** Which gesture events are a part of. */
  #partOf(): Pick<RowData<'input'>, 'gesture' | 'begins' | 'hidden'> {
    const open = this.#open;
    if (!open) return {};
    const { begins } = open;
    open.begins = undefined;
    return { gesture: open.call.callId, begins, hidden: this.#hidden(open) };
  }

  /**
   * Why the text so far is not to be told as a whole: it holds a secret of before, or a hidden title. Under a rule with patterns
   * no key is recorded anyhow, and the text need not be looked through for each.
   */
  #hidden({ call, verdict }: OpenGesture): MaskRule | undefined {
    const { recorder } = this.#parts;
    if (call.command !== 'type_text' || (verdict.rule ?? recorder.rawKeyRule) !== undefined) return undefined;
    return hideIn(this.#reducer.start?.args, recorder.hiders).rules[0];
  }

  /** Until the gesture under way is over, or the moves have waited long enough. */
  #wait(): void {
    this.#timer.abort();
    const dueMs = Math.min(this.#reducer.dueMs ?? Infinity, (this.#moves[0]?.at_ms ?? Infinity) + MOVES_MS);
    if (dueMs === Infinity || this.#closed.signal.aborted) return;
    this.#timer = new AbortController();
    const { clock } = this.#parts;
    const inMs = Math.max(0, dueMs - clock.now()) + AFTER_MS;
    clock.sleep(inMs, this.#timer.signal).then(
      () => this.#due(),
      () => undefined,
    );
  }

  #due(): void {
    this.#tellMoves();
    this.#endAll(this.#reducer.expire(this.#parts.clock.now()));
    this.#wait();
  }
}

function beginOf(
  method: GestureBegin['method'],
  { focus }: KeyVerdict,
  held: readonly number[],
): GestureBegin {
  return {
    method,
    ...(held.length > 0 ? { held: [...held] } : {}),
    ...(focus === 'unknown' ? { focus } : {}),
  };
}
