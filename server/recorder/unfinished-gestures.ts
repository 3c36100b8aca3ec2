// What people were about to do when the server was killed: in the journal as raw input, and as no action yet. Recovery writes
// the actions that a server that had ended in order would have written.
import type { Actor } from '../../protocol/primitives.ts';
import type { MaskRule } from '../../protocol/privacy/rules.ts';
import type { KnownRow, RowData, RowOf } from '../../trace/format.ts';
import type { GestureBegin } from '../../trace/gestures/gesture.ts';
import type { InputEvent } from '../../trace/gestures/input-event.ts';
import { keyRule, unfinishedGesture, type Unfinished } from '../../trace/gestures/unfinished.ts';
import type { CommandCall } from '../commands/observer.ts';
import type { RowAbout } from './journal.ts';
import { openCall, type Captured } from './open-calls.ts';

interface Pending {
  readonly callId: string;
  readonly viewer: string;
  readonly actor: Actor;
  readonly begin: GestureBegin;
  readonly events: InputEvent[];
  hidden: MaskRule | undefined;
  /** That it could not be written may have been told. */
  maybeLost: boolean;
}

type GestureType = 'call' | 'masked' | 'reply';
/** A row that is to be written, with whom it is about, and when what it tells of was over. */
export type GestureRow = {
  [T in GestureType]: {
    readonly type: T;
    readonly data: RowData<T>;
    readonly about: RowAbout;
    readonly endedMs: number;
  };
}[GestureType];

export class UnfinishedGestures {
  /** By session: a viewer has one gesture under way, at most. */
  readonly #pending = new Map<string, Pending>();
  /** Under way, and their beginning is not in the rows. */
  readonly #strangers = new Set<string>();
  /** Written as calls whose replies are not. */
  readonly #unanswered = new Map<string, RowOf<'call'>>();
  /** Of these, why something in them is masked, until that is told. */
  readonly #masked = new Map<string, MaskRule>();

  /** The journal's rows, in order. */
  add(row: KnownRow): void {
    if (row.type === 'input') this.#addInput(row);
    else if (row.type === 'call' && row.data.gesture) this.#addCall(row);
    else if (row.type === 'masked') this.#masked.delete(row.data.call_id ?? '');
    else if (row.type === 'reply') this.#unanswered.delete(row.data.call_id);
    else if (row.type === 'fault' && row.data.commands) this.lost();
  }

  /** Whether what came before the rows tells of something that is under way. */
  get beganEarlier(): boolean {
    return this.#strangers.size > 0;
  }

  /** Commands are told to be not recorded: these may be among them, and nothing is told to be missing that is there. */
  lost(): void {
    for (const pending of this.#pending.values()) pending.maybeLost = true;
  }

  /** What is to be written after all other rows, so that each has its call and its reply. */
  *rows(options: Captured): Generator<GestureRow> {
    for (const call of this.#unanswered.values()) yield* restOf(call, this.#masked.get(call.data.call_id));
    const found = [...this.#pending].flatMap(([session, pending]) => {
      const { begin, events, hidden, maybeLost } = pending;
      const unfinished = maybeLost ? undefined : unfinishedGesture(begin, events, hidden);
      return unfinished ? [{ session, pending, unfinished }] : [];
    });
    found.sort((one, other) => one.unfinished.gesture.endedMs - other.unfinished.gesture.endedMs);
    for (const { session, pending, unfinished } of found) {
      yield* rowsOf(pending, session, unfinished, options);
    }
  }

  #addInput({ data, actor }: RowOf<'input'>): void {
    const { viewer, session, events, gesture, begins, hidden } = data;
    // Before sessions were recorded nothing was told of how a gesture began either.
    if (session === undefined || !actor) return;
    const pending = this.#pending.get(session);
    this.#strangers.delete(session);
    if (gesture !== undefined && begins) {
      const begun = { callId: gesture, viewer, actor, begin: begins, events: [...events], hidden };
      this.#pending.set(session, { ...begun, maybeLost: false });
    } else if (pending && pending.callId === gesture) {
      pending.events.push(...events);
      pending.hidden ??= hidden;
      pending.maybeLost = false;
    } else {
      this.#pending.delete(session);
      if (gesture !== undefined) this.#strangers.add(session);
    }
  }

  #addCall(row: RowOf<'call'>): void {
    this.#unanswered.set(row.data.call_id, row);
    const { session = '', call_id: callId, masked } = row.data;
    this.#strangers.delete(session);
    const pending = this.#pending.get(session);
    if (pending?.callId !== callId) return;
    this.#pending.delete(session);
    const rule = keyRule(pending.events) ?? pending.hidden;
    if (masked && rule) this.#masked.set(callId, rule);
  }
}

/** What follows a call's row. */
function* restOf({ data, actor }: RowOf<'call'>, rule: MaskRule | undefined): Generator<GestureRow> {
  const { call_id, gesture, masked: fields = [] } = data;
  if (!gesture) return;
  const about = { actor };
  const mask = rule && { call_id, rule, place: { in: 'call' as const, fields } };
  if (mask) yield { type: 'masked', data: mask, about, endedMs: gesture.ended_ms };
  yield replyTo(call_id, gesture, about);
}

function* rowsOf(
  { callId, viewer, actor, begin }: Pending,
  session: string,
  { gesture, rule }: Unfinished,
  options: Captured,
): Generator<GestureRow> {
  const call: CommandCall = {
    callId,
    requestId: undefined,
    command: gesture.method,
    params: gesture.args,
    actor,
    session,
    stepId: undefined,
  };
  const { endedMs } = gesture;
  const done = { viewer, started_ms: gesture.startedMs, ended_ms: endedMs };
  const about = { actor };
  const { data, masks } = openCall(call, options, { rule, focus: begin.focus }, [], done);
  yield { type: 'call', data, about, endedMs };
  for (const mask of masks) yield { type: 'masked', data: mask, about, endedMs };
  yield replyTo(callId, done, about);
}

function replyTo(
  callId: string,
  { started_ms: from, ended_ms: to }: NonNullable<RowData<'call'>['gesture']>,
  about: RowAbout,
): GestureRow {
  const data = { call_id: callId, success: true, duration_ms: to - from };
  return { type: 'reply', data, about, endedMs: to };
}
