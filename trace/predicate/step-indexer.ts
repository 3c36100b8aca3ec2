// One step of an index, gathered event by event.
import { createHmac } from 'node:crypto';
import { computeSnapshotDigests, type DigestElement } from '../../protocol/snapshot/digests.ts';
import { kindOf, numberAt, recordAt, textAt, type EventKind, type PredicateEvent } from './event.ts';
import type { SnapshotMark, StepIndex } from './index-form.ts';
import type { Line } from './lines.ts';
import { stepStatus, type StepStatus } from './status.ts';

/** What an action did, without what was typed. */
interface Action {
  type: string | null;
  target: number | null;
  success: boolean | null;
  text: string | undefined;
  key: string | undefined;
}

const NO_MARK: SnapshotMark = { snapshot_id: null, digest: null, url: null };

export class StepIndexer {
  readonly #index: number;
  readonly #id: string;
  // Not the lines themselves: their texts would be held for as long as the index is made.
  readonly #offset: number;
  readonly #tsStart: string;
  #end: Pick<Line, 'end' | 'number'>;
  #tsEnd: string;
  #goal: string | null = null;
  #status: StepStatus | undefined;
  #urlBefore: string | null = null;
  #urlAfter: string | null = null;
  #before: SnapshotMark | undefined;
  #after: SnapshotMark | undefined;
  #action: Action | undefined;
  readonly #counts = { events: 0, snapshots: 0, actions: 0, llm_calls: 0 };

  constructor(index: number, id: string, event: PredicateEvent, line: Line) {
    this.#index = index;
    this.#id = id;
    this.#offset = line.start;
    this.#end = { end: line.end, number: line.number };
    this.#tsStart = event.ts;
    this.#tsEnd = event.ts;
  }

  add(event: PredicateEvent, line: Line): void {
    this.#end = { end: line.end, number: line.number };
    this.#tsEnd = event.ts;
    this.#counts.events += 1;
    const kind = kindOf(event.type);
    if (kind) this.#read(kind, event.data);
  }

  /** `key` hides what actions typed: the same text has another digest in another trace. */
  finish(key: Buffer): StepIndex {
    return {
      step_index: this.#index,
      step_id: this.#id,
      goal: this.#goal,
      status: this.#status ?? 'failure',
      ts_start: this.#tsStart,
      ts_end: this.#tsEnd,
      offset_start: this.#offset,
      offset_end: this.#end.end,
      line_number: this.#end.number,
      url_before: this.#urlBefore,
      url_after: this.#urlAfter,
      snapshot_before: this.#before ?? NO_MARK,
      snapshot_after: this.#after ?? NO_MARK,
      action: actionMark(this.#action, key),
      counters: { ...this.#counts },
    };
  }

  #read(kind: EventKind, data: Record<string, unknown>): void {
    if (kind === 'step_start') this.#readStart(data);
    if (kind === 'snapshot') this.#readSnapshot(data);
    if (kind === 'action') {
      this.#counts.actions += 1;
      this.#action = actionOf(data);
    }
    if (kind === 'llm') this.#counts.llm_calls += 1;
    if (kind === 'step_end') this.#readEnd(data);
  }

  #readStart(data: Record<string, unknown>): void {
    this.#goal = textAt(data, 'goal') ?? this.#goal;
    this.#urlBefore = textAt(data, 'pre_url', 'url') ?? this.#urlBefore;
  }

  #readSnapshot(data: Record<string, unknown>): void {
    this.#counts.snapshots += 1;
    const mark = markOf(data);
    this.#before ??= mark;
    this.#after = mark;
    this.#urlBefore ??= mark.url;
    this.#urlAfter = mark.url ?? this.#urlAfter;
  }

  #readEnd(data: Record<string, unknown>): void {
    this.#status = stepStatus(data);
    this.#goal ??= textAt(data, 'goal') ?? null;
    this.#endAction(recordAt(data, 'exec'));
    const before = stepMark(recordAt(data, 'pre'));
    const after = stepMark(recordAt(data, 'post'));
    this.#urlBefore ??= before.url;
    this.#urlAfter = after.url ?? this.#urlAfter;
    this.#before ??= before;
    // The snapshot that the step ends with says more of itself than the step's end does.
    if (after.digest !== null && after.digest !== this.#after?.digest) this.#after = after;
  }

  #endAction(exec: Record<string, unknown>): void {
    if (exec['action'] !== undefined) this.#action ??= actionOf(exec);
    if (this.#action && typeof exec['success'] === 'boolean') this.#action.success ??= exec['success'];
  }
}

function actionOf(data: Record<string, unknown>): Action {
  return {
    type: textAt(data, 'kind', 'type', 'action_type', 'action') ?? null,
    target: numberAt(data, 'element_id', 'target_element_id') ?? null,
    success: typeof data['success'] === 'boolean' ? data['success'] : null,
    text: textAt(data, 'text'),
    key: textAt(data, 'key'),
  };
}

function actionMark(action: Action | undefined, key: Buffer): StepIndex['action'] {
  if (!action) return { type: null, target_element_id: null, args_digest: null, success: null };
  const { type, target, success } = action;
  return { type, target_element_id: target, args_digest: actionDigest(action, key), success };
}

function actionDigest({ type, target, text, key }: Action, secret: Buffer): string {
  const facts = JSON.stringify([type, target, text, key]);
  return `hmac-sha256:${createHmac('sha256', secret).update(facts).digest('hex')}`;
}

function markOf(data: Record<string, unknown>): SnapshotMark {
  const elements = data['elements'];
  const computed = Array.isArray(elements)
    ? computeSnapshotDigests(elements as DigestElement[]).strict
    : undefined;
  return {
    snapshot_id: textAt(data, 'snapshot_id') ?? null,
    digest: textAt(data, 'snapshot_digest') ?? computed ?? null,
    url: textAt(data, 'url') ?? null,
  };
}

function stepMark(data: Record<string, unknown>): SnapshotMark {
  return {
    snapshot_id: null,
    digest: textAt(data, 'snapshot_digest') ?? null,
    url: textAt(data, 'url') ?? null,
  };
}
