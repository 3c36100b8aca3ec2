// A run in the trace of its desktop: steps, model calls and actions, in one order with the commands that they led to.
import { hash } from 'node:crypto';
import { Tracer } from '../agent-tracing/tracer.ts';
import { DesktopTraceSink } from '../agent-tracing/sinks/desktop-sink.ts';
import { NO_STEP } from '../../trace/predicate/build-index.ts';
import type { RunStatus } from '../../trace/predicate/status.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { ModelTurn } from './conversation.ts';
import { spokenText, userText, withoutImages, type AgentAction } from './items.ts';
import type { DoneCall, RunFacts, RunObserver, RunResult, StepFacts, StepResult } from './observer.ts';

/** What is kept of an answer, as in Predicate's own rows. Characters. */
const TEXT_KEPT = 500;

/** Undefined where no trace runs on the desktop when the run begins. */
export async function traceRows(tracing: Tracing, runId: string): Promise<RunObserver | undefined> {
  if ((await tracing.current()) === undefined) return undefined;
  const tracer = new Tracer({ runId, sink: new DesktopTraceSink(tracing) });
  return new TraceRows(tracer);
}

class TraceRows implements RunObserver {
  readonly #tracer: Tracer;
  #goal = '';
  #lastStep = NO_STEP;
  #model = '';
  #systemHash: string | undefined;
  #llm: Record<string, unknown> = {};

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  runStarted({ model, messages, instructions }: RunFacts): void {
    this.#goal = userText(messages).slice(0, TEXT_KEPT);
    this.#model = model;
    this.#systemHash = instructions === undefined ? undefined : sha256(instructions);
    this.#tracer.emitRunStart('ComputerAgent', model, { goal: this.#goal });
  }

  stepStarted({ step, stepId, failuresBefore }: StepFacts): void {
    this.#lastStep = stepId;
    this.#tracer.emitStepStart(stepId, step, this.#goal, failuresBefore);
    if (failuresBefore > 0) {
      // The model was told what went wrong and is asked what to do about it.
      const data = { step_id: stepId, strategy: 'ask_model_again', attempt: failuresBefore };
      this.#tracer.emit('recovery', data, stepId);
    }
  }

  answered({ stepId, prompt }: StepFacts, { items, usage }: ModelTurn): void {
    const { response_cost: cost, ...tokens } = usage;
    // Without the calls: a text that was typed into a password field is masked in the rows of its command.
    const text = spokenText(items);
    this.#llm = {
      response_text: text.slice(0, TEXT_KEPT),
      response_hash: sha256(JSON.stringify(items)),
      model: this.#model,
      usage: tokens,
    };
    const data = {
      step_id: stepId,
      ...this.#llm,
      ...(this.#systemHash === undefined ? {} : { system_prompt_hash: this.#systemHash }),
      user_prompt_hash: sha256(JSON.stringify(withoutImages(prompt))),
      ...(cost === undefined ? {} : { response_cost: cost }),
    };
    this.#tracer.emit('llm_called', data, stepId);
  }

  acted({ stepId }: StepFacts, { call, result, durationMs }: DoneCall): void {
    for (const action of actionsOf(call.item)) {
      const data = {
        step_id: stepId,
        ...action,
        success: result.failure === undefined,
        ...(result.failure === undefined ? {} : { error: result.failure }),
        duration_ms: durationMs,
      };
      this.#tracer.emit('action_executed', data, stepId);
    }
  }

  stepEnded({ step, stepId, failuresBefore, before }: StepFacts, result: StepResult): void {
    const { failure, after, done, durationMs } = result;
    const [first] = done.flatMap(({ call }) => actionsOf(call.item));
    const changed = before.frame !== after.frame;
    this.#tracer.emitStepEnd(stepId, {
      step_index: step,
      goal: this.#goal,
      attempt: failuresBefore,
      pre: { snapshot_digest: `sha256:${before.frame}` },
      llm: this.#llm,
      ...(first ? { action: first } : {}),
      exec: {
        success: failure === undefined,
        outcome: failure === undefined ? (changed ? 'screen_updated' : 'no_change') : 'error',
        duration_ms: durationMs,
        ...(failure === undefined ? {} : { error: failure }),
      },
      post: { snapshot_digest: `sha256:${after.frame}` },
      verify: { passed: failure === undefined, policy: 'action_succeeded' },
      recovery:
        failuresBefore > 0
          ? { attempted: true, success: failure === undefined, strategy: 'ask_model_again', attempts: [] }
          : null,
    });
  }

  async runEnded(result: RunResult): Promise<void> {
    const { steps, error } = result;
    if (error !== undefined) this.#tracer.emitError(this.#lastStep, messageOf(error));
    this.#tracer.emitRunEnd(steps, statusOf(result));
    await this.#tracer.close();
  }
}

function statusOf({ stop, error }: RunResult): RunStatus {
  if (error !== undefined) return 'failure';
  if (stop === 'done') return 'success';
  return stop === undefined || stop === 'cancelled' ? 'unknown' : 'partial';
}

/** What was done, without what was typed: that is in the rows of its command, masked where it has to be. */
function actionsOf(item: DoneCall['call']['item']): Record<string, unknown>[] {
  if (item.type === 'function_call') return [{ kind: item.name, call_id: item.call_id }];
  if (item.type !== 'computer_call') return [];
  const actions = item.actions ?? [item.action];
  return actions.map((action) => ({ kind: action.type, call_id: item.call_id, ...placeOf(action) }));
}

const PLACES = [
  'x',
  'y',
  'path',
  'button',
  'scroll_x',
  'scroll_y',
  'duration',
  'region',
  'coordinate',
] as const;

function placeOf(action: AgentAction): Record<string, unknown> {
  return Object.fromEntries(PLACES.filter((key) => key in action).map((key) => [key, action[key]]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sha256(text: string): string {
  return `sha256:${hash('sha256', text, 'hex')}`;
}
