// An agent's run, step by step: what it saw, did and asserted becomes rows of its trace.
import { randomUUID } from 'node:crypto';
import { parseWith } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { computeSnapshotDigests } from '../../protocol/snapshot/digests.ts';
import { diffElements } from '../../protocol/snapshot/diff.ts';
import { findLoop, type LoopRule } from '../../protocol/snapshot/loops.ts';
import type { Snapshot } from '../../protocol/snapshot/snapshot.ts';
import type { Tracer } from '../agent-tracing/tracer.ts';
import { camelCase, keysIn, type EitherCase } from '../names.ts';
import { refuseUnknown } from '../options.ts';
import { parseAction, type Action, type ActionOutcome } from './actions.ts';
import { Check } from './check.ts';
import { agentPlan, type AgentConfig, type AgentPlan } from './config.ts';
import {
  assertionOf,
  thrownResult,
  type AssertContext,
  type Assertion,
  type AsyncPredicate,
  type Predicate,
  type PredicateResult,
} from './predicates.ts';
import { SnapshotShape, type SnapshotOptions, type SnapshotSource } from './source.ts';
import { StepRecord, told, type DoneAction, type LlmResult, type StepEndOptions } from './step-record.ts';

export interface BeginStepOptions {
  /** 1 for the first step, which is also where counting begins by itself. */
  stepIndex?: number | undefined;
  /** Default: the address of the last snapshot. */
  preUrl?: string | undefined;
  /** Emits `step_start`. Default true. */
  emitTrace?: boolean | undefined;
}

export interface RuntimeSnapshotOptions extends SnapshotOptions {
  /** Emits a `snapshot` row. Default true. */
  emitTrace?: boolean;
}

const SNAPSHOT_KEYS = [
  'limit',
  'screenshot',
  'screenshotFormat',
  'screenshotQuality',
  'settleMs',
  'signal',
  'emitTrace',
];

/** A source, or what has one, as a `Computer` does. */
export type RuntimeSource = SnapshotSource;

export class AgentRuntime {
  readonly #source: SnapshotSource;
  readonly #tracer: Tracer;
  readonly #plan: AgentPlan;
  #step: StepRecord | undefined;
  #steps = 0;
  #snapshot: Snapshot | undefined;
  /** The present state, and those of all snapshots that were asked for. */
  #state: string | undefined;
  readonly #states: string[] = [];
  #taskDone = false;

  /** `source`: a `Computer`, or anything with `snapshot(options)`. */
  constructor(source: RuntimeSource, tracer: Tracer, config?: EitherCase<AgentConfig>) {
    this.#source = source;
    this.#tracer = tracer;
    this.#plan = agentPlan(config);
  }

  /** Of the step that was begun last. */
  get stepId(): string | undefined {
    return this.#step?.id;
  }

  get stepIndex(): number {
    return this.#step?.index ?? 0;
  }

  get lastSnapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /** `assertDone` has passed. */
  get isTaskDone(): boolean {
    return this.#taskDone;
  }

  get tracer(): Tracer {
    return this.#tracer;
  }

  /** Begins a step, emits `step_start`, and returns the step's id. */
  beginStep(
    goal: string | EitherCase<BeginStepOptions & { goal: string }>,
    stepIndex?: number | EitherCase<BeginStepOptions>,
    more: EitherCase<BeginStepOptions> = {},
  ): string {
    const given = beginArguments(goal, stepIndex, more);
    const index = given.stepIndex ?? this.#steps + 1;
    this.#steps = index;
    const preUrl = given.preUrl ?? this.#snapshot?.url;
    const step = new StepRecord(randomUUID(), index, given.goal, 0, preUrl);
    this.#step = step;
    if (given.emitTrace !== false) this.#tracer.emitStepStart(step.id, index, step.goal, 0, preUrl);
    return step.id;
  }

  /** Tries the step again: emits `recovery` and another `step_start` with the attempt's number. */
  retryStep(strategy = 'retry'): void {
    const step = this.#need();
    step.attempt += 1;
    const { id, index, goal, attempt } = step;
    this.#tracer.emit('recovery', { step_id: id, strategy, attempt }, id);
    this.#tracer.emitStepStart(id, index, goal, attempt, this.#snapshot?.url);
  }

  /** Looks: takes a snapshot and emits it. `emitTrace: false` leaves that to `tracer.emitSnapshot`. */
  async snapshot(given: EitherCase<RuntimeSnapshotOptions> = {}): Promise<Snapshot> {
    const options = keysIn(camelCase, given) as RuntimeSnapshotOptions;
    refuseUnknown(options, SNAPSHOT_KEYS, 'snapshot');
    const { emitTrace = true, ...rest } = options;
    const before = this.#snapshot?.elements;
    const snapshot = await this.#look(rest);
    this.#states.push(this.#state ?? '');
    if (emitTrace) {
      const elements = before ? diffElements(before, snapshot.elements) : snapshot.elements;
      this.#tracer.emitSnapshot({ ...snapshot, elements }, this.#step?.id, this.#step?.index);
    }
    return snapshot;
  }

  /** Carries an action out and emits `action`. It does not throw where the action failed: its outcome says so. */
  async act(given: Action | string, signal?: AbortSignal): Promise<ActionOutcome> {
    const action = typeof given === 'string' ? parseAction(given) : given;
    if (!this.#source.act) {
      throw new DeskreelError(
        'unsupported',
        'this source takes snapshots only: it has no act(action, context)',
      );
    }
    // What was traced before the action stands before it in the trace of its desktop too.
    await this.#tracer.flush();
    const element = this.#snapshot?.elements.find(({ id }) => id === action.element_id);
    const from = performance.now();
    const context = { element, stepId: this.#step?.id, ...(signal ? { signal } : {}) };
    const outcome = (await this.#source.act(action, context)) ?? { success: true };
    const durationMs = Math.round(performance.now() - from);
    const hidden = element?.is_password === true ? hiddenText(action) : action;
    this.#did({ action: hidden, outcome, durationMs, box: element?.bbox });
    return outcome;
  }

  /** Keeps what a model answered for the end of the step, and emits `llm_called`. */
  noteModel(result: LlmResult, more: Record<string, unknown> = {}): void {
    const step = this.#need();
    step.llm = result;
    this.#tracer.emit('llm_called', { step_id: step.id, ...more, ...result }, step.id);
  }

  /** Looks into a statement about the last snapshot and emits `verification`. Returns whether it holds. */
  assert(predicate: Predicate, label: string, required?: boolean): boolean;
  assert(predicate: AsyncPredicate, label: string, required?: boolean): boolean | Promise<boolean>;
  assert(predicate: AsyncPredicate, label: string, required = false): boolean | Promise<boolean> {
    return this.#evaluate(predicate, (result) => this.#tell('assert', assertionOf(label, required, result)));
  }

  /** As `assert`, of the whole task: once it has passed, `isTaskDone` is true. */
  assertDone(predicate: Predicate, label: string): boolean;
  assertDone(predicate: AsyncPredicate, label: string): boolean | Promise<boolean>;
  assertDone(predicate: AsyncPredicate, label: string): boolean | Promise<boolean> {
    return this.#evaluate(predicate, (result) => {
      const assertion = assertionOf(label, true, result);
      if (assertion.passed) {
        this.#taskDone = true;
        if (this.#step) this.#step.taskDone = label;
      }
      return this.#tell('task_done', assertion);
    });
  }

  /** A statement that may take its time: `check(predicate, label).eventually({ timeoutMs, pollMs })`, or `.once()`. */
  check(predicate: AsyncPredicate, label: string, required = false): Check {
    return new Check({
      evaluate: () => Promise.resolve(this.#evaluate(predicate, (result) => result)),
      look: async () => {
        await this.#look({ screenshot: false, settleMs: 0 });
      },
      tell: (result) => this.#tell('assert', assertionOf(label, required, result)),
    });
  }

  /** Whether the snapshots come to the same states again and again. */
  isLooping(rule?: LoopRule): boolean {
    return findLoop(this.#states, rule) !== undefined;
  }

  /** Emits `step_end` with `pre`, `llm`, `exec`, `post` and `verify`, and returns that. Once for each step. */
  emitStepEnd(given: EitherCase<StepEndOptions> = {}): Record<string, unknown> {
    const step = this.#need();
    if (step.ended) throw new DeskreelError('conflict', `step ${step.index} has ended; begin another`);
    step.ended = true;
    const result = step.result(keysIn(camelCase, given));
    this.#tracer.emitStepEnd(step.id, result);
    return result;
  }

  /** Whether anything is other than at the beginning of the step, as far as snapshots show. */
  get hasChanged(): boolean {
    return this.#step?.hasChanged ?? false;
  }

  /** A snapshot that is part of no history: what a statement is looked into with, again and again. */
  async #look(options: SnapshotOptions): Promise<Snapshot> {
    const { snapshotLimit, captureScreenshots, screenshotFormat, screenshotQuality } = this.#plan;
    const snapshot = await this.#source.snapshot({
      limit: snapshotLimit,
      screenshot: captureScreenshots,
      screenshotFormat,
      screenshotQuality,
      ...options,
      ...(this.#step ? { stepId: this.#step.id } : {}),
    });
    parseWith(SnapshotShape, snapshot, "the source's snapshot");
    const { strict, loose } = computeSnapshotDigests(snapshot.elements);
    this.#snapshot = snapshot;
    this.#state = `${snapshot.url} ${strict}`;
    this.#step?.saw({ url: snapshot.url, snapshot_digest: strict, snapshot_digest_loose: loose });
    return snapshot;
  }

  #did(done: DoneAction): void {
    const { action, outcome, durationMs } = done;
    if (this.#step) this.#step.done = done;
    const error = outcome.error === undefined ? {} : { error: outcome.error };
    const data = { ...told(action), success: outcome.success, duration_ms: durationMs, ...error };
    this.#tracer.emit('action', data, this.#step?.id);
  }

  #evaluate<T>(predicate: AsyncPredicate, then: (result: PredicateResult) => T): T | Promise<T> {
    const context: AssertContext = {
      snapshot: this.#snapshot,
      url: this.#snapshot?.url,
      stepId: this.#step?.id,
    };
    try {
      const result = predicate(context);
      if (!(result instanceof Promise)) return then(result);
      return result.catch(thrownResult).then(then);
    } catch (thrown) {
      return then(thrownResult(thrown));
    }
  }

  #tell(kind: 'assert' | 'task_done', assertion: Assertion): boolean {
    this.#step?.assertions.push(assertion);
    const id = this.#step?.id;
    const step = id === undefined ? {} : { step_id: id };
    this.#tracer.emit('verification', { ...step, kind, ...assertion, signals: {} }, id);
    return assertion.passed;
  }

  #need(): StepRecord {
    if (this.#step) return this.#step;
    throw new DeskreelError('conflict', 'no step was begun: call beginStep() first');
  }
}

function hiddenText(action: Action): Action {
  const hidden: Action = { ...action, raw: `${action.kind.toUpperCase()}(${action.element_id ?? ''}, ***)` };
  if (action.text !== undefined) hidden.text = '***';
  return hidden;
}

function beginArguments(
  goal: string | object,
  stepIndex: number | object | undefined,
  more: object,
): BeginStepOptions & { goal: string } {
  const index = typeof stepIndex === 'number' ? { stepIndex } : (stepIndex ?? {});
  const first = typeof goal === 'string' ? { goal } : goal;
  const options = keysIn(camelCase, { ...more, ...index, ...first });
  refuseUnknown(options, ['goal', 'stepIndex', 'preUrl', 'emitTrace'], 'beginStep');
  return options as unknown as BeginStepOptions & { goal: string };
}
