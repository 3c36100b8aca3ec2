// An agent that is told one goal after the other: it looks, asks a model, acts, looks whether it helped, and tries again.
import { hash } from 'node:crypto';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { Snapshot } from '../../protocol/snapshot/snapshot.ts';
import type { Tracer } from '../agent-tracing/tracer.ts';
import type { EitherCase } from '../names.ts';
import { parseAction, type Action } from './actions.ts';
import { agentPlan, type AgentConfig, type AgentPlan } from './config.ts';
import { askModel, type ModelAnswer, type ModelClient, type ModelFunction } from './model.ts';
import type { PredicateResult } from './predicates.ts';
import { SYSTEM_PROMPT, userPrompt } from './prompt.ts';
import { AgentRuntime, type RuntimeSource } from './runtime.ts';
import type { Recovery } from './step-record.ts';

export interface PredicateAgentOptions {
  tracer: Tracer;
  config?: EitherCase<AgentConfig>;
}

/** What came of a goal. */
export interface ActResult {
  success: boolean;
  stepId: string;
  /** The last one; undefined where the model named none. */
  action: Action | undefined;
  /** From 1. */
  attempts: number;
  error: string | undefined;
}

/** How long an action may take to show. Milliseconds. */
const CHANGE_MS = 3000;
const LOOK_MS = 150;

interface Attempt {
  readonly action?: Action;
  readonly error?: string;
}

export class PredicateAgent {
  /** Its steps; assertions can be made on it. */
  readonly runtime: AgentRuntime;
  readonly #model: ModelFunction | ModelClient;
  readonly #tracer: Tracer;
  readonly #plan: AgentPlan;

  /** `source`: a `Computer`, or anything with `snapshot(options)` and `act(action, context)`. */
  constructor(source: RuntimeSource, model: ModelFunction | ModelClient, options: PredicateAgentOptions) {
    this.runtime = new AgentRuntime(source, options.tracer, options.config);
    this.#model = model;
    this.#tracer = options.tracer;
    this.#plan = agentPlan(options.config);
  }

  /**
   * One step towards `goal`, tried again as often as the configuration allows. Does not throw where the step fails: the
   * result and the trace say so. Throws `cancelled` where `signal` ends it, once the step's end is traced.
   */
  async act(goal: string, { signal }: { signal?: AbortSignal } = {}): Promise<ActResult> {
    const stepId = this.runtime.beginStep(goal);
    const failures: Recovery['attempts'] = [];
    for (;;) {
      const attempt = await this.#attempt(goal, failures.at(-1)?.error, signal);
      if (attempt.error === undefined) return this.#end(stepId, attempt, failures);
      this.#tracer.emitError(stepId, attempt.error, failures.length);
      failures.push({ attempt: failures.length, error: attempt.error });
      if (failures.length > this.#plan.maxRetries || signal?.aborted)
        return this.#end(stepId, attempt, failures);
      this.runtime.retryStep();
    }
  }

  #end(stepId: string, attempt: Attempt, failures: Recovery['attempts']): ActResult {
    const success = attempt.error === undefined;
    const retried = success ? failures.length > 0 : failures.length > 1;
    const recovery = retried ? { attempted: true, success, strategy: 'retry', attempts: failures } : null;
    this.runtime.emitStepEnd({
      success,
      ...(attempt.error === undefined ? {} : { error: attempt.error }),
      recovery,
    });
    return {
      success,
      stepId,
      action: attempt.action,
      attempts: failures.length + Number(success),
      error: attempt.error,
    };
  }

  async #attempt(goal: string, failure: string | undefined, signal?: AbortSignal): Promise<Attempt> {
    try {
      signal?.throwIfAborted();
      // The last look was behind the last action: nothing is waited for twice.
      const settled = this.runtime.lastSnapshot === undefined ? {} : { settleMs: 0 };
      const before = await this.runtime.snapshot({ ...settled, ...(signal ? { signal } : {}) });
      const action = await this.#decide(goal, before, failure, signal);
      const error = await this.#carryOut(action, signal);
      return error === undefined ? { action } : { action, error };
    } catch (thrown) {
      return { error: toDeskreelError(thrown).message };
    }
  }

  async #decide(
    goal: string,
    snapshot: Snapshot,
    failure: string | undefined,
    signal?: AbortSignal,
  ): Promise<Action> {
    const { snapshotLimit: limit, temperature } = this.#plan;
    const prompt = userPrompt({ goal, snapshot, limit, failure });
    const answer = await askModel(this.#model, { system: SYSTEM_PROMPT, prompt, temperature, signal });
    const action = readAction(answer.text);
    this.#note(answer, prompt, action, snapshot);
    if (action instanceof DeskreelError) throw action;
    return action;
  }

  #note(answer: ModelAnswer, prompt: string, action: Action | DeskreelError, snapshot: Snapshot): void {
    const { text, model, usage } = answer;
    const shown = withoutPassword(text, action, snapshot);
    this.runtime.noteModel(
      {
        response_text: shown,
        response_hash: sha256(shown),
        ...(model === undefined ? {} : { model }),
        ...(usage ? { usage } : {}),
      },
      {
        temperature: this.#plan.temperature,
        system_prompt_hash: sha256(SYSTEM_PROMPT),
        user_prompt_hash: sha256(prompt),
      },
    );
  }

  /** Why it failed; undefined where it did what was to be done, as far as the screen shows. */
  async #carryOut(action: Action, signal?: AbortSignal): Promise<string | undefined> {
    const outcome = await this.runtime.act(action, signal);
    if (!outcome.success) return outcome.error ?? `${action.kind} failed`;
    if (!this.#plan.verify || action.kind === 'finish') return undefined;
    const changed = await this.#verify(action, signal);
    await this.runtime.snapshot(signal ? { signal } : {});
    return changed ? undefined : `${action.kind} changed nothing`;
  }

  /** Keys and the wheel may lead to nothing that can be seen; what is clicked or typed must. */
  async #verify({ kind }: Action, signal?: AbortSignal): Promise<boolean> {
    if (kind === 'press' || kind === 'scroll') return true;
    const changed = (): PredicateResult => ({ passed: this.runtime.hasChanged });
    const patience = { timeoutMs: CHANGE_MS, pollMs: LOOK_MS, ...(signal ? { signal } : {}) };
    return this.runtime.check(changed, `${kind} changes what is shown`, true).eventually(patience);
  }
}

function readAction(text: string): Action | DeskreelError {
  try {
    return parseAction(text);
  } catch (thrown) {
    return toDeskreelError(thrown);
  }
}

/** What is typed into a password field is not to be read in the trace. */
function withoutPassword(text: string, action: Action | DeskreelError, snapshot: Snapshot): string {
  if (action instanceof DeskreelError || !action.text) return text;
  const element = snapshot.elements.find(({ id }) => id === action.element_id);
  return element?.is_password === true ? `TYPE(${action.element_id ?? ''}, ***)` : text;
}

function sha256(text: string): string {
  return `sha256:${hash('sha256', text, 'hex')}`;
}
