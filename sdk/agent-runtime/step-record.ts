// What is gathered during a step, and the result that its end tells.
import type { Assertion } from './predicates.ts';
import type { Action, ActionOutcome } from './actions.ts';

/** A snapshot's fingerprints and place. */
export interface SeenState {
  url: string;
  snapshot_digest: string;
  snapshot_digest_loose: string;
}

export interface LlmResult {
  response_text: string;
  response_hash: string;
  model?: string;
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

export interface Recovery {
  attempted: boolean;
  success: boolean;
  strategy: string;
  attempts: { attempt: number; error: string }[];
}

export interface DoneAction {
  readonly action: Action;
  readonly outcome: ActionOutcome;
  readonly durationMs: number;
  readonly box: { x: number; y: number; width: number; height: number } | undefined;
}

/** How the whole step ended, where its caller knows better than what was gathered. */
export interface StepEndOptions {
  success?: boolean;
  outcome?: string;
  error?: string;
  verifyPassed?: boolean;
  verifyPolicy?: string;
  recovery?: Recovery | null;
  attempt?: number;
}

export class StepRecord {
  readonly id: string;
  readonly index: number;
  readonly goal: string;
  attempt: number;
  preUrl: string | undefined;
  pre: SeenState | undefined;
  post: SeenState | undefined;
  llm: LlmResult | undefined;
  done: DoneAction | undefined;
  readonly assertions: Assertion[] = [];
  taskDone: string | undefined;
  ended = false;

  constructor(id: string, index: number, goal: string, attempt: number, preUrl: string | undefined) {
    this.id = id;
    this.index = index;
    this.goal = goal;
    this.attempt = attempt;
    this.preUrl = preUrl;
  }

  saw(state: SeenState): void {
    this.pre ??= state;
    this.post = state;
  }

  /** The data of `step_end`, without its step's id. */
  result(options: StepEndOptions): Record<string, unknown> {
    const { done, pre, post, llm, preUrl } = this;
    const success = options.success ?? done?.outcome.success ?? true;
    const before = preUrl === undefined ? {} : { url: preUrl };
    return {
      step_index: this.index,
      goal: this.goal,
      attempt: options.attempt ?? this.attempt,
      pre: { ...before, ...pre },
      llm: { ...llm },
      ...(done ? { action: told(done.action) } : {}),
      exec: this.#exec(success, options),
      post: { ...post },
      verify: this.#verify(success, options),
      recovery: options.recovery ?? null,
    };
  }

  #exec(success: boolean, { outcome, error }: StepEndOptions): Record<string, unknown> {
    const { action, outcome: done, durationMs: duration = 0, box } = this.done ?? {};
    const change = success ? this.#change() : 'error';
    return {
      success,
      outcome: outcome ?? change,
      duration_ms: duration,
      url_changed: this.urlChanged,
      ...present({
        action: action?.kind,
        element_id: action?.element_id,
        error: error ?? done?.error,
        bounding_box: box,
      }),
    };
  }

  #verify(success: boolean, options: StepEndOptions): Record<string, unknown> {
    const required = this.assertions.filter((assertion) => assertion.required);
    const passed = options.verifyPassed ?? (success && required.every((assertion) => assertion.passed));
    return {
      passed,
      policy: options.verifyPolicy ?? 'default',
      signals: {
        url_changed: this.urlChanged,
        assertions: this.assertions,
        task_done: this.taskDone !== undefined,
        ...(this.taskDone === undefined ? {} : { task_done_label: this.taskDone }),
      },
    };
  }

  get urlChanged(): boolean {
    return this.pre !== undefined && this.post !== undefined && this.pre.url !== this.post.url;
  }

  /** Something is other than it was when the step began. */
  get hasChanged(): boolean {
    return this.urlChanged || this.pre?.snapshot_digest !== this.post?.snapshot_digest;
  }

  #change(): string {
    if (this.urlChanged) return 'navigated';
    return this.hasChanged ? 'screen_updated' : 'no_change';
  }
}

/** An action as a row tells it. */
export function told(action: Action): Record<string, unknown> {
  return present({ ...action });
}

/** Without what is not there. */
function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
