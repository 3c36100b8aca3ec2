// What is told of a run while it goes on: to the desktop's trace, to the trajectory folder, to telemetry.
import type { ModelPicture } from '../tools/model-screen.ts';
import type { PendingCall, CallResult, ModelTurn } from './conversation.ts';
import type { AgentItem } from './items.ts';
import type { AgentUsage } from './usage.ts';

/**
 * Why a run ended: the model was done; it went on for too long, cost too much or did the same again and again; or it was
 * cancelled.
 */
export type StopReason = 'done' | 'max_steps' | 'budget' | 'repeats' | 'cancelled';

export interface RunFacts {
  readonly runId: string;
  /** The model's name. */
  readonly model: string;
  readonly messages: readonly AgentItem[];
  readonly instructions: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
}

export interface StepFacts {
  /** From 1. */
  readonly step: number;
  readonly stepId: string;
  /** How many steps before this one failed, one after the other. */
  readonly failuresBefore: number;
  /** The screen that it starts from. */
  readonly before: ModelPicture;
  /** What is new to the model. */
  readonly prompt: unknown;
}

export interface DoneCall {
  readonly call: PendingCall;
  readonly result: CallResult;
  readonly durationMs: number;
}

export interface StepResult {
  readonly turn: ModelTurn;
  readonly done: readonly DoneCall[];
  /** All items of the turn: the model's, and what came of its calls. */
  readonly output: readonly AgentItem[];
  readonly failure: string | undefined;
  /** The screen that it led to. */
  readonly after: ModelPicture;
  readonly durationMs: number;
}

export interface RunResult {
  readonly steps: number;
  /** Undefined where the run ended by an error, or its caller left it. */
  readonly stop: StopReason | undefined;
  readonly error: unknown;
  readonly usage: AgentUsage;
  readonly output: readonly AgentItem[];
  readonly endedMs: number;
}

/** What throws here ends the run: nothing that is to be recorded gets lost in silence. */
export interface RunObserver {
  runStarted?(run: RunFacts): void | Promise<void>;
  stepStarted?(step: StepFacts): void | Promise<void>;
  answered?(step: StepFacts, turn: ModelTurn): void | Promise<void>;
  acted?(step: StepFacts, done: DoneCall): void | Promise<void>;
  stepEnded?(step: StepFacts, result: StepResult): void | Promise<void>;
  runEnded?(result: RunResult): void | Promise<void>;
}

/** Tells one after the other. */
export function together(observers: readonly RunObserver[]): Required<RunObserver> {
  const each = async (tell: (observer: RunObserver) => void | Promise<void>): Promise<void> => {
    for (const observer of observers) await tell(observer);
  };
  return {
    runStarted: (run) => each((observer) => observer.runStarted?.(run)),
    stepStarted: (step) => each((observer) => observer.stepStarted?.(step)),
    answered: (step, turn) => each((observer) => observer.answered?.(step, turn)),
    acted: (step, done) => each((observer) => observer.acted?.(step, done)),
    stepEnded: (step, result) => each((observer) => observer.stepEnded?.(step, result)),
    runEnded: (result) => each((observer) => observer.runEnded?.(result)),
  };
}
