// The journal's rows as the archive's `event_*` files: Cua's events, with more fields. A pure view: nothing is in it that
// the rows do not say, and it can be made again from them at any time.
import type { Actor } from '../protocol/primitives.ts';
import { CallIndex, isComplete, type CallParts } from './call-index.ts';
import { isPredicateType, type Envelope, type KnownRow, type RowOf, type ToldMask } from './format.ts';
import { durationOf } from './metadata.ts';
import { isMaskEntry } from './masks.ts';
import type { Entry } from './reader.ts';

export interface ArchiveEvent {
  readonly type: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Seconds since the trace began. */
  readonly relative_time: number;
  /** Who caused it. */
  readonly actor?: Actor | undefined;
  readonly step_id?: string | undefined;
  /** What was masked in it: rule and place, never content. */
  readonly masks?: readonly ToldMask[];
  readonly data: Record<string, unknown>;
}

/** An event, and the SHA-256 of the tree that its `data.tree` is to be filled with. */
export interface ViewedEvent {
  readonly event: ArchiveEvent;
  readonly tree?: string;
}

const UNKNOWN_OUTCOME = 'unknown outcome';

/** The events of a whole trace in their order: calls in the order in which they were made. */
export function* viewEvents(entries: Iterable<Entry>): Generator<ViewedEvent> {
  const view = new EventView();
  for (const entry of entries) yield* view.add(entry);
  yield* view.end();
}

/** The same of a journal that is too long for memory: an event comes as soon as all that belongs to it was read. */
export async function* streamEvents(entries: AsyncIterable<Entry>): AsyncGenerator<ViewedEvent> {
  const view = new EventView();
  for await (const entry of entries) yield* view.add(entry);
  yield* view.end();
}

/** All at once, for who wants them all: it does not wait for each. */
export async function allEvents(batches: AsyncIterable<Iterable<Entry>>): Promise<ViewedEvent[]> {
  const view = new EventView();
  const events: ViewedEvent[] = [];
  for await (const batch of batches) {
    for (const entry of batch) for (const event of view.add(entry)) events.push(event);
  }
  for (const event of view.end()) events.push(event);
  return events;
}

/** A row that an event is made of. */
interface Shown {
  readonly entry: Entry;
  /** What was masked in it, where it is no call. */
  readonly masks: ToldMask[];
}

class EventView {
  #start: RowOf<'trace_start'> | undefined;
  readonly #calls = new CallIndex();
  /** Rows whose turn has not come: something that belongs to the first of them may still follow. */
  #waiting: Shown[] = [];

  *add(entry: Entry): Generator<ViewedEvent> {
    if (isStart(entry)) this.#start ??= entry.row;
    if (!this.#start) return;
    if (!isMaskEntry(entry)) {
      yield* this.#view(this.#start, (waiting, start) => this.#isWhole(waiting, start));
    }
    if (entry.kind === 'row') this.#addRow(entry.row);
    if (isShown(entry)) this.#waiting.push({ entry, masks: [] });
  }

  #addRow(row: KnownRow): void {
    this.#calls.add(row);
    if (row.type !== 'masked') return;
    const { rule, place } = row.data;
    if (place.in === 'event' || place.in === 'metadata') this.#waiting.at(-1)?.masks.push({ rule, place });
  }

  /** What is still missing will not come. */
  *end(): Generator<ViewedEvent> {
    if (this.#start) yield* this.#view(this.#start, () => true);
  }

  *#view(
    start: RowOf<'trace_start'>,
    isReady: (entry: Entry, start: RowOf<'trace_start'>) => boolean,
  ): Generator<ViewedEvent> {
    let ready = 0;
    for (const { entry, masks } of this.#waiting) {
      if (!isReady(entry, start)) break;
      ready += 1;
      for (const viewed of viewEntry(entry, start, this.#calls)) yield withMasks(viewed, masks);
      if (entry.kind === 'row' && entry.row.type === 'call') this.#calls.forget(entry.row.data.call_id);
    }
    if (ready > 0) this.#waiting = this.#waiting.slice(ready);
  }

  #isWhole(entry: Entry, start: RowOf<'trace_start'>): boolean {
    if (entry.kind !== 'row' || entry.row.type !== 'call') return true;
    return isComplete(entry.row, this.#calls.of(entry.row.data.call_id), start);
  }
}

/** Rows that say more of others, or of the flight recorder's own journal. */
const UNSHOWN = new Set<string>(['input', 'reply', 'frame', 'tree', 'masked', 'segment', 'erased']);

/** Whether an event is made of the row itself. */
function isShown(entry: Entry): boolean {
  if (entry.kind === 'other') return isPredicateType(entry.row.type);
  return entry.kind === 'row' && !UNSHOWN.has(entry.row.type);
}

function* viewEntry(entry: Entry, start: RowOf<'trace_start'>, calls: CallIndex): Generator<ViewedEvent> {
  if (entry.kind === 'other') yield at(start, entry.row, entry.row.data);
  if (entry.kind === 'row') yield* viewRow(entry.row, start, calls);
}

function* viewRow(row: KnownRow, start: RowOf<'trace_start'>, calls: CallIndex): Generator<ViewedEvent> {
  if (row.type === 'call') yield* viewCall(row, start, calls.of(row.data.call_id));
  else if (row.type === 'trace_start') yield at(start, row, startData(row));
  else if (row.type === 'trace_end') yield at(start, row, endData(start, row));
  else if (row.type !== 'metadata' || start.data.config.metadata) yield at(start, row, row.data);
}

function* viewCall(
  row: RowOf<'call'>,
  start: RowOf<'trace_start'>,
  parts: CallParts,
): Generator<ViewedEvent> {
  const hasTree = row.data.wish?.tree === true;
  const inTree = hasTree ? parts.masks.filter(({ place }) => place.in === 'tree') : [];
  if (start.data.config.api_calls) {
    const { event } = at(start, row, callData(row, parts));
    const others = parts.masks.filter((mask) => !inTree.includes(mask));
    yield withMasks({ event: { ...event, type: 'api_call' } }, others);
  }
  if (!hasTree) return;
  const { tree, evidence } = parts;
  const about = { call_id: row.data.call_id, method: row.data.method };
  const data = tree
    ? { ...about, tree: null, ...treeFacts(tree) }
    : { ...about, tree: null, evidence: evidence['tree'] ?? 'not recorded' };
  const { event } = at(start, row, data);
  const viewed = { event: { ...event, type: 'accessibility_tree' }, ...(tree ? { tree: tree.sha256 } : {}) };
  yield withMasks(viewed, inTree);
}

function withMasks(viewed: ViewedEvent, masks: readonly ToldMask[]): ViewedEvent {
  if (masks.length === 0) return viewed;
  const { data, ...about } = viewed.event;
  return { ...viewed, event: { ...about, masks, data } };
}

function treeFacts(tree: NonNullable<CallParts['tree']>): Record<string, unknown> {
  const { sha256, nodes, truncated, unavailable } = tree;
  return { sha256, nodes, truncated, unavailable };
}

function callData(row: RowOf<'call'>, parts: CallParts): Record<string, unknown> {
  const { reply, frames, evidence } = parts;
  const picture = frames.after ?? frames.requested;
  return {
    method: row.data.method,
    args: row.data.args ?? null,
    result: plainResult(reply),
    error: errorText(reply),
    screenshot: picture?.file ?? null,
    success: reply?.data.success ?? false,
    ...whoAndWhen(row, reply),
    ...(frames.before ? { before: frames.before.file, before_settled: frames.before.settled } : {}),
    ...(picture ? { settled: picture.settled, settle_ms: picture.settle_ms, cursor: picture.cursor } : {}),
    ...withheld(row, reply),
    ...elementData(frames.before),
    ...evidenceData(evidence, frames.before),
  };
}

function whoAndWhen(row: RowOf<'call'>, reply: RowOf<'reply'> | undefined): Record<string, unknown> {
  return {
    ...optional('error_code', reply?.data.error?.code),
    call_id: row.data.call_id,
    ...optional('request_id', row.data.request_id),
    ...optional('session', row.data.session),
    ...optional('actor', row.actor),
    ...optional('step_id', row.step_id),
    started: row.data.gesture ? new Date(row.data.gesture.started_ms).toISOString() : row.ts,
    ...optional('viewer', row.data.gesture?.viewer),
    ended: reply?.ts ?? null,
    duration_ms: reply?.data.duration_ms ?? null,
  };
}

/** Why something is missing, by what it is. */
function evidenceData(
  evidence: CallParts['evidence'],
  before: CallParts['frames']['before'],
): Record<string, unknown> {
  const all = { ...evidence, ...optional('element', before?.element_evidence) };
  return Object.keys(all).length > 0 ? { evidence: all } : {};
}

/** What lay under the point of a pointer command, as the frame before it says. */
function elementData(before: CallParts['frames']['before']): Record<string, unknown> {
  return { ...optional('element', before?.element), ...optional('element_age_ms', before?.element_age_ms) };
}

/** Cua's readers know `null` for what answers nothing. */
function plainResult(reply: RowOf<'reply'> | undefined): unknown {
  const result = reply?.data.result;
  const empty = typeof result === 'object' && result !== null && Object.keys(result).length === 0;
  return result === undefined || empty ? null : result;
}

function errorText(reply: RowOf<'reply'> | undefined): string | null {
  if (!reply) return UNKNOWN_OUTCOME;
  if (reply.data.success) return null;
  return reply.data.error?.message ?? 'the command failed';
}

function withheld(call: RowOf<'call'>, reply: RowOf<'reply'> | undefined): Record<string, unknown> {
  const masked = [...(call.data.masked ?? []), ...(reply?.data.masked ?? [])];
  const shortened = [...(call.data.shortened ?? []), ...(reply?.data.shortened ?? [])];
  return { ...(masked.length > 0 ? { masked } : {}), ...(shortened.length > 0 ? { shortened } : {}) };
}

function startData(row: RowOf<'trace_start'>): Record<string, unknown> {
  const { desktop } = row.data;
  const computer = { os_type: 'linux', provider_type: 'docker', image: desktop.image ?? null };
  return { ...row.data, timestamp: row.ts_ms / 1000, computer_info: computer };
}

function endData(start: RowOf<'trace_start'>, row: RowOf<'trace_end'>): Record<string, unknown> {
  const { counts, end } = row.data;
  return {
    timestamp: (row.data.ended_ms ?? row.ts_ms) / 1000,
    duration: durationOf(start, row),
    total_events: counts.events,
    screenshot_count: counts.screenshots,
    steps: counts.steps,
    errors: counts.errors,
    ...optional('masked', counts.masked),
    end,
    ...optional('torn_bytes', row.data.torn_bytes),
  };
}

function at(
  start: RowOf<'trace_start'>,
  row: Pick<Envelope, 'type' | 'ts_ms' | 'mono_ms' | 'actor' | 'step_id'>,
  data: Record<string, unknown>,
): ViewedEvent {
  const relative = Math.max(0, row.mono_ms - start.mono_ms);
  const times = { timestamp: row.ts_ms / 1000, relative_time: Math.round(relative) / 1000 };
  const { type, actor, step_id } = row;
  return { event: { type, ...times, ...(actor ? { actor } : {}), ...(step_id ? { step_id } : {}), data } };
}

function optional(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value };
}

function isStart(entry: Entry): entry is Entry & { kind: 'row'; row: RowOf<'trace_start'> } {
  return entry.kind === 'row' && entry.row.type === 'trace_start';
}
