// A trace's items as events of Predicate's tracing.
import { commandSpec, resolveCommand } from '../../../protocol/commands/table.ts';
import type { TakenFrame } from '../../call-index.ts';
import type { Envelope } from '../../format.ts';
import type { PredicateEvent } from '../../predicate/event.ts';
import type { TraceSource } from '../../source/source.ts';
import { pictureAfter, type LooseRow, type Step, type TraceItem } from '../../steps.ts';
import { outcomeText, succeeded } from '../outcome.ts';
import type { Task } from '../task.ts';
import { pointOf, titleOf } from '../title.ts';
import { SnapshotWriter, type Moment } from './snapshots.ts';

/** What a client recorded itself and need not be made up. */
export interface OwnRows {
  readonly runStart: boolean;
  readonly runEnd: boolean;
}

type Times = Pick<Envelope, 'ts' | 'ts_ms'>;

export class PredicateWriter {
  readonly #trace: TraceSource;
  readonly #task: Task;
  readonly #own: OwnRows;
  readonly #snapshots: SnapshotWriter;
  #seq = 0;
  #steps = 0;

  constructor(trace: TraceSource, task: Task, own: OwnRows) {
    this.#trace = trace;
    this.#task = task;
    this.#own = own;
    this.#snapshots = new SnapshotWriter(trace, task.size);
  }

  async *events(item: TraceItem): AsyncGenerator<PredicateEvent> {
    if (item.kind === 'predicate')
      yield this.#event(item.row.type, item.row, item.row.data, item.row.step_id);
    if (item.kind === 'row') yield* this.#rowEvents(item.row);
    if (item.kind === 'step') yield* this.#stepEvents(item.step);
  }

  *#rowEvents(row: LooseRow): Generator<PredicateEvent> {
    if (row.type === 'trace_start' && !this.#own.runStart) {
      const { agent, model, instruction } = this.#task;
      const config = { goal: instruction };
      const about = {
        agent: agent === '' ? 'unknown' : agent,
        ...(model === undefined ? {} : { llm_model: model }),
      };
      yield this.#event('run_start', row, { ...about, config });
    }
    if (row.type === 'trace_end' && !this.#own.runEnd) {
      yield this.#event('run_end', row, { steps: this.#steps, status: 'unknown' });
    }
  }

  async *#stepEvents(step: Step): AsyncGenerator<PredicateEvent> {
    if (step.call.step_id !== undefined) {
      yield* this.#actionEvents(step, step.call.step_id);
      return;
    }
    this.#steps += 1;
    // Not `step-1`, as clients call theirs.
    const id = `command-${step.number}`;
    const about = { step_id: id, step_index: step.number, goal: titleOf(step), attempt: 0 };
    yield this.#event('step_start', step.call, { ...about, pre_url: this.#snapshots.url }, id);
    const pre = yield* this.#actionEvents(step, id);
    const post = yield* this.#snapshot(step, pictureAfter(step), id);
    yield this.#event('step_end', step.reply ?? step.call, { v: 1, ...about, pre, ...endOf(step), post }, id);
  }

  /** The screen before and what was done; returns what is said of the screen in the step's end. */
  async *#actionEvents(step: Step, id: string): AsyncGenerator<PredicateEvent, Moment> {
    const before = yield* this.#snapshot(step, step.frames.before, id);
    yield this.#event('action', step.call, actionOf(step), id);
    await this.#snapshots.follow(step);
    return before;
  }

  async *#snapshot(
    step: Step,
    frame: TakenFrame | undefined,
    id: string,
  ): AsyncGenerator<PredicateEvent, Moment> {
    if (!frame) return { url: this.#snapshots.url };
    const isAfter = frame === pictureAfter(step);
    const row = isAfter ? (step.reply ?? step.call) : step.call;
    const { data, moment } = await this.#snapshots.snapshot(frame, row.ts_ms);
    yield this.#event('snapshot', row, { step_id: id, ...data }, id);
    return moment;
  }

  #event(type: string, { ts, ts_ms }: Times, data: Record<string, unknown>, stepId?: string): PredicateEvent {
    this.#seq += 1;
    const { run_id } = this.#trace.overview;
    const step = stepId === undefined ? {} : { step_id: stepId };
    return { v: 1, type, ts, ts_ms, run_id, seq: this.#seq, data, ...step };
  }
}

function actionOf(step: Step): Record<string, unknown> {
  const { method, args } = step.call.data;
  const given = (args ?? {}) as Record<string, unknown>;
  const point = pointOf(step);
  return {
    kind: kindOf(step),
    type: method,
    action_type: method,
    ...(typeof given['text'] === 'string' ? { text: given['text'] } : {}),
    ...(step.action?.type === 'press' ? { key: step.action.keys.join('+') } : {}),
    ...(point ? { cursor: point } : {}),
    success: succeeded(step),
    raw: given,
    ...(step.call.data.masked ? { masked: step.call.data.masked } : {}),
    ...(step.masks.length > 0 ? { masks: step.masks } : {}),
  };
}

const KINDS: Readonly<Record<string, string>> = {
  click: 'click',
  type: 'type',
  press: 'press',
  scroll: 'scroll',
};

/** Predicate's word where it has one. */
function kindOf({ action, call }: Step): string {
  return (action && KINDS[action.type]) ?? call.data.method;
}

function endOf(step: Step): Record<string, unknown> {
  const success = succeeded(step);
  const name = resolveCommand(step.call.data.method);
  return {
    action: { kind: kindOf(step), raw: name ? commandSpec(name).title : step.call.data.method },
    llm: {},
    exec: {
      success,
      outcome: success ? 'ok' : outcomeText(step),
      duration_ms: Math.round(step.reply?.data.duration_ms ?? 0),
    },
    // Nobody verified more than that the command was carried out.
    verify: { policy: 'command', passed: success },
  };
}
