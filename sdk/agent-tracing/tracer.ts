// A run's tracer: numbers its events, keeps their order, and hands them to a sink.
import { DeskreelError } from '../../protocol/errors.ts';
import type { Snapshot } from '../../protocol/snapshot/snapshot.ts';
import {
  isRunStatus,
  RunTally,
  RUN_STATUSES,
  type RunStats,
  type RunStatus,
} from '../../trace/predicate/status.ts';
import type { EitherCase } from '../names.ts';
import { messageOf, safeLogger, type TraceLogger } from './logger.ts';
import { closePlan, snapshotArguments, tracerParts } from './tracer-arguments.ts';
import type { TracerCloseOptions, TracerOptions, TracerParts } from './tracer-arguments.ts';
import { processed, type ScreenshotProcessor } from './screenshot.ts';
import type { TraceEvent, TraceSink } from './sinks/sink.ts';
import { snapshotRowLater, type SnapshotPlace } from './snapshot-row.ts';

type Data = Record<string, unknown>;

export class Tracer implements AsyncDisposable {
  readonly #parts: TracerParts;
  readonly #logger: TraceLogger;
  readonly #tally = new RunTally();
  #seq = 0;
  #status: RunStatus | undefined;
  /** The events that wait for their images, and those behind them. */
  #waiting: Promise<void> | undefined;
  readonly #writing = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  /**
   * `new Tracer({ runId, sink })`, or `new Tracer(runId, sink, screenshotProcessor)`.
   * Throws `bad_request` for a run id that is not one safe file name.
   */
  constructor(
    options: string | EitherCase<TracerOptions>,
    sink?: TraceSink,
    screenshotProcessor?: ScreenshotProcessor,
  ) {
    this.#parts = tracerParts(options, sink, screenshotProcessor);
    this.#logger = safeLogger(this.#parts.logger);
    if (this.#parts.logger) this.#parts.sink.useLogger?.(this.#logger);
  }

  /** One event. `data` is copied; what the sink makes of it never throws here. */
  emit(type: string, data: Data, stepId?: string): void {
    const copy = { ...data };
    this.#emit(type, () => copy, stepId);
  }

  /** `data` is asked for when the event is first read, and once. */
  #emit(type: string, data: () => Data, stepId?: string): void {
    if (this.#closing) {
      this.#logger.warn(`Trace event ${type} came after close(): it is dropped`);
      return;
    }
    this.#seq += 1;
    const now = this.#parts.now();
    let made: Data | undefined;
    const event: TraceEvent = {
      v: 1,
      type,
      ts: new Date(now).toISOString(),
      ts_ms: now,
      run_id: this.#parts.runId,
      seq: this.#seq,
      get data() {
        return (made ??= data());
      },
      set data(other) {
        made = other;
      },
      ...(stepId === undefined ? {} : { step_id: stepId }),
    };
    this.#tally.add(event);
    this.#pass(event);
  }

  /** `config` is kept down to `goal` and `start_url`. */
  emitRunStart(agent: string, llmModel?: string, config?: { goal?: string; start_url?: string }): void {
    const { goal, start_url } = config ?? {};
    const kept = { ...(goal ? { goal } : {}), ...(start_url ? { start_url } : {}) };
    const model = llmModel === undefined ? {} : { llm_model: llmModel };
    this.emit('run_start', { agent, ...model, ...(config ? { config: kept } : {}) });
  }

  /** `attempt`: 0 for the first. */
  emitStepStart(stepId: string, stepIndex: number, goal: string, attempt = 0, preUrl?: string): void {
    const url = preUrl === undefined ? {} : { pre_url: preUrl };
    this.emit('step_start', { step_id: stepId, step_index: stepIndex, goal, attempt, ...url }, stepId);
  }

  /** `emitSnapshot(snapshot, stepId, stepIndex, format)`, or `emitSnapshot({ snapshot, stepId, stepIndex })`. */
  emitSnapshot(
    snapshot: Snapshot | null | undefined | EitherCase<SnapshotPlace & { snapshot: Snapshot }>,
    stepId?: string,
    stepIndex?: number,
    screenshotFormat?: 'png' | 'jpeg',
  ): void {
    const given = snapshotArguments(snapshot, { stepId, stepIndex, screenshotFormat });
    if (!given) {
      this.#logger.warn('A snapshot that is none was not traced');
      return;
    }
    const { place } = given;
    this.#emit('snapshot', snapshotRowLater(given.snapshot, place, this.#parts.now()), place.stepId);
  }

  /** The whole result of a step: `pre`, `llm`, `exec`, `post`, `verify`. */
  emitStepEnd(stepId: string, result: Data): void {
    this.emit('step_end', { v: 1, step_id: stepId, ...result }, stepId);
  }

  /** Without `status`: the one that was set, else what the steps tell. */
  emitRunEnd(steps: number | { steps: number; status?: RunStatus }, status?: RunStatus): void {
    const given = typeof steps === 'number' ? { steps, status } : steps;
    const said = given.status ?? this.#status ?? this.#tally.inferred;
    checkStatus(said);
    this.#status = said;
    this.emit('run_end', { steps: given.steps, status: said });
  }

  emitError(stepId: string, error: string, attempt = 0): void {
    this.emit('error', { step_id: stepId, error, attempt }, stepId);
  }

  /** Throws `bad_request` for what is none of success, failure, partial, unknown. */
  setFinalStatus(status: RunStatus): void {
    checkStatus(status);
    this.#status = status;
  }

  getStats(): RunStats {
    return this.#tally.stats(this.#status);
  }

  getRunId(): string {
    return this.#parts.runId;
  }

  /** Events so far. */
  getSeq(): number {
    return this.#seq;
  }

  getSinkType(): string {
    return this.#parts.sink.getSinkType();
  }

  isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Resolves when the sink has every event so far; what it does with them is its own. */
  async flush(): Promise<void> {
    await this.#waiting;
    await Promise.all(this.#writing);
  }

  /**
   * Ends the run: `blocking` (default) resolves when all is stored and sent; `blocking: false` resolves at once and goes
   * on behind. Never throws; the second call waits for the first.
   */
  async close(options: boolean | EitherCase<TracerCloseOptions> = {}): Promise<void> {
    const { blocking, onProgress } = closePlan(options);
    this.#closing ??= this.#end(onProgress);
    if (blocking) await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(onProgress: TracerCloseOptions['onProgress']): Promise<void> {
    this.#status ??= this.#tally.said ?? this.#tally.inferred;
    try {
      await this.flush();
      await this.#parts.sink.close({ onProgress });
    } catch (error) {
      this.#failed(error);
    }
    try {
      this.#parts.onClose?.(this);
    } catch (error) {
      this.#logger.error(`onClose failed: ${messageOf(error)}`);
    }
  }

  /** To the sink, in the order of the numbers: an event does not overtake one whose image is still processed. */
  #pass(event: TraceEvent): void {
    const { processor } = this.#parts;
    const image = processor && processedImage(event, processor);
    if (!(image instanceof Promise) && !this.#waiting) {
      this.#deliver(image ?? event);
      return;
    }
    const turn = this.#afterWaiting(async () => this.#deliver((await image) ?? event));
    this.#waiting = turn;
    void turn.then(() => {
      if (this.#waiting === turn) this.#waiting = undefined;
    });
  }

  async #afterWaiting(work: () => Promise<void>): Promise<void> {
    await this.#waiting;
    await work();
  }

  #deliver(event: TraceEvent): void {
    try {
      const writing = this.#parts.sink.emit(event);
      if (writing) this.#watch(writing);
    } catch (error) {
      this.#failed(error);
    }
  }

  #watch(writing: Promise<void>): void {
    const watched = writing
      .catch((error: unknown) => this.#failed(error))
      .finally(() => this.#writing.delete(watched));
    this.#writing.add(watched);
  }

  #failed(error: unknown): void {
    this.#logger.error(`Trace sink ${this.getSinkType()} failed: ${messageOf(error)}`);
  }
}

function checkStatus(status: unknown): asserts status is RunStatus {
  if (isRunStatus(status)) return;
  throw new DeskreelError('bad_request', `status ${String(status)} is none of ${RUN_STATUSES.join(', ')}`);
}

/** Undefined where the event has no image. */
function processedImage(
  event: TraceEvent,
  processor: ScreenshotProcessor,
): TraceEvent | Promise<TraceEvent> | undefined {
  if (typeof event.data['screenshot_base64'] !== 'string') return undefined;
  const data = processed(event.data, processor);
  return data instanceof Promise ? data.then((ready) => ({ ...event, data: ready })) : { ...event, data };
}
