// A journal as steps: each call with its reply, frames and tree, in the order of the calls, with the other rows between
// them. Held in memory is only what still waits for its parts.
import type { Point } from '../protocol/primitives.ts';
import { actionOf, type Action } from '../protocol/vocabulary/action.ts';
import { CallIndex, isComplete, type CallParts, type TakenFrame } from './call-index.ts';
import { isPredicateType, type Envelope, type KnownRow, type RowOf } from './format.ts';
import { isMaskEntry } from './masks.ts';
import type { Entry } from './reader.ts';

export interface Step extends CallParts {
  /** Counts from 1. */
  readonly number: number;
  readonly call: RowOf<'call'>;
  /** What it does in the words of the vocabularies; undefined for commands that are none of pointer, keyboard, screen. */
  readonly action: Action | undefined;
}

const LOOSE_TYPES = ['trace_start', 'metadata', 'masked', 'desktop', 'fault', 'trace_end'] as const;
const LOOSE = new Set<string>(LOOSE_TYPES);

/** Rows that are no part of a call. */
export type LooseRow = RowOf<(typeof LOOSE_TYPES)[number]>;

export type TraceItem =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'frame'; readonly frame: TakenFrame; readonly row: RowOf<'frame'> }
  | { readonly kind: 'row'; readonly row: LooseRow }
  /** A row of one of Predicate's types. */
  | { readonly kind: 'predicate'; readonly row: Envelope };

/** The steps and the rows between them, as they are complete. */
export async function* readItems(entries: AsyncIterable<Entry>): AsyncGenerator<TraceItem> {
  const queue = new StepQueue();
  for await (const entry of entries) {
    if (!isMaskEntry(entry)) yield* queue.complete();
    queue.add(entry);
  }
  yield* queue.rest();
}

/** The steps alone. */
export async function* readSteps(entries: AsyncIterable<Entry>): AsyncGenerator<Step> {
  for await (const item of readItems(entries)) if (item.kind === 'step') yield item.step;
}

/** The picture that a step led to. */
export function pictureAfter({ frames }: CallParts): TakenFrame | undefined {
  return frames.after ?? frames.requested;
}

type Waiting = { readonly kind: 'call'; readonly row: RowOf<'call'> } | Exclude<TraceItem, { kind: 'step' }>;

class StepQueue {
  readonly #waiting: Waiting[] = [];
  readonly #parts = new CallIndex();
  #start: RowOf<'trace_start'> | undefined;
  #number = 0;

  add(entry: Entry): void {
    if (entry.kind === 'other' && isPredicateType(entry.row.type)) {
      this.#waiting.push({ kind: 'predicate', row: entry.row });
    }
    if (entry.kind === 'row') this.#addRow(entry.row);
  }

  *complete(): Generator<TraceItem> {
    while (this.#waiting[0] && this.#isComplete(this.#waiting[0])) yield* this.#shift();
  }

  *rest(): Generator<TraceItem> {
    while (this.#waiting.length > 0) yield* this.#shift();
  }

  #addRow(row: KnownRow): void {
    if (row.type === 'trace_start') this.#start ??= row;
    if (row.type === 'call') this.#waiting.push({ kind: 'call', row });
    else if (row.type === 'frame' && row.data.call_id === undefined) this.#addFrame(row);
    else if (isPart(row)) this.#parts.add(row);
    else if (isLoose(row)) this.#waiting.push({ kind: 'row', row });
  }

  #addFrame(row: RowOf<'frame'>): void {
    if ('file' in row.data) this.#waiting.push({ kind: 'frame', frame: row.data, row });
  }

  *#shift(): Generator<TraceItem> {
    const first = this.#waiting.shift();
    if (first?.kind === 'call') yield { kind: 'step', step: this.#step(first.row) };
    else if (first) yield first;
  }

  #step(call: RowOf<'call'>): Step {
    const parts = this.#parts.of(call.data.call_id);
    this.#parts.forget(call.data.call_id);
    this.#number += 1;
    return { number: this.#number, call, action: actionOfStep(call, parts), ...parts };
  }

  #isComplete(item: Waiting): boolean {
    if (item.kind !== 'call' || !this.#start) return true;
    return isComplete(item.row, this.#parts.of(item.row.data.call_id), this.#start);
  }
}

/** What is part of a step and no item by itself. */
function isPart(row: KnownRow): boolean {
  if (row.type === 'masked') return row.data.call_id !== undefined;
  return row.type === 'reply' || row.type === 'frame' || row.type === 'tree';
}

function isLoose(row: KnownRow): row is LooseRow {
  return LOOSE.has(row.type);
}

function actionOfStep({ data }: RowOf<'call'>, { frames }: CallParts): Action | undefined {
  return actionOf(data.method, data.args, pointerBefore(frames));
}

/** The before-frame says where the pointer was when the command came. */
function pointerBefore(frames: CallParts['frames']): Point | undefined {
  const cursor = frames.before?.cursor;
  return cursor && cursor.x >= 0 ? cursor : undefined;
}
