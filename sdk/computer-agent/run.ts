// One run of an agent: the model is asked, what it called for is done, the screen is looked at, and again.
import { randomUUID } from 'node:crypto';
import type { ModelScreen } from '../tools/model-screen.ts';
import type { Conversation, ModelTurn } from './conversation.ts';
import type { AgentItem } from './items.ts';
import { Limits } from './limits.ts';
import type { DoneCall, RunObserver, RunResult, StepFacts, StepResult, StopReason } from './observer.ts';
import type { AgentPlan } from './options.ts';
import { added, NO_USAGE, type AgentUsage } from './usage.ts';

export interface AgentTurn {
  /** What the model said and called for, and what came of it, in this order. */
  readonly output: readonly AgentItem[];
  readonly usage: AgentUsage;
  /** From 1. */
  readonly step: number;
  /** The last turn says why the run ended. */
  readonly stop?: StopReason;
}

export interface RunParts {
  readonly plan: AgentPlan;
  readonly conversation: Conversation;
  readonly screen: ModelScreen;
  readonly observer: Required<RunObserver>;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class AgentRun {
  readonly #parts: RunParts;
  readonly #limits: Limits;
  readonly #output: AgentItem[] = [];
  #usage = NO_USAGE;
  #steps = 0;
  #failures = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#limits = new Limits(parts.plan);
  }

  /** Its observers are told of the start before, and here of everything else. */
  async *turns(): AsyncGenerator<AgentTurn, void> {
    let stop: StopReason | undefined;
    let failure: unknown;
    try {
      let before = await this.#parts.screen.shot(this.#options());
      while (!stop) {
        const { result, turn } = await this.#step(before);
        before = result.after;
        stop = turn.stop;
        yield turn;
      }
    } catch (error) {
      if (!this.#parts.signal.aborted) {
        failure = error;
        throw error;
      }
      stop = 'cancelled';
      yield { output: [], usage: NO_USAGE, step: this.#steps, stop };
    } finally {
      await this.#parts.observer.runEnded(this.#result(stop, failure));
    }
  }

  async #step(before: StepFacts['before']): Promise<{ result: StepResult; turn: AgentTurn }> {
    const { conversation, observer, signal, now } = this.#parts;
    const from = now();
    const step = (this.#steps += 1);
    // Not its number: a trace may hold several runs.
    const stepId = randomUUID();
    const facts = { step, stepId, failuresBefore: this.#failures, before, prompt: conversation.prompt };
    await observer.stepStarted(facts);
    const asked = await conversation.ask(step, signal);
    await observer.answered(facts, asked);
    const result = await this.#carryOut(facts, asked, from);
    this.#usage = added(this.#usage, asked.usage);
    this.#output.push(...result.output);
    this.#failures = result.failure === undefined ? 0 : this.#failures + 1;
    await observer.stepEnded(facts, result);
    const stop = this.#limits.reached(step, result, this.#usage);
    const turn = { output: result.output, usage: asked.usage, step };
    return { result, turn: stop ? { ...turn, stop } : turn };
  }

  async #carryOut(facts: StepFacts, turn: ModelTurn, from: number): Promise<StepResult> {
    const { screen, observer, now } = this.#parts;
    const options = this.#options(facts.stepId);
    const done: DoneCall[] = [];
    for (const call of turn.calls) {
      const started = now();
      const result = await call.run(options);
      const one = { call, result, durationMs: now() - started };
      done.push(one);
      await observer.acted(facts, one);
    }
    const results = done.flatMap(({ result }) => result.items);
    const isShown = results.some(
      (item) => item.type === 'computer_call_output' && 'image_url' in item.output,
    );
    // What a call has just shown has come to rest; without a call nothing has changed.
    const after = await screen.shot(options, isShown || done.length === 0 ? 0 : undefined);
    return {
      turn,
      done,
      output: [...turn.items, ...results],
      failure: done.find(({ result }) => result.failure !== undefined)?.result.failure,
      after,
      durationMs: now() - from,
    };
  }

  #options(stepId?: string): { signal: AbortSignal; stepId?: string } {
    const { signal } = this.#parts;
    return stepId === undefined ? { signal } : { signal, stepId };
  }

  #result(stop: StopReason | undefined, error: unknown): RunResult {
    return {
      steps: this.#steps,
      stop,
      error,
      usage: this.#usage,
      output: this.#output,
      endedMs: this.#parts.now(),
    };
  }
}
