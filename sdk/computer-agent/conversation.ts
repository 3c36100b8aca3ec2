// A run's talk with its model: ask, carry out what it called for, ask again. One implementation for each kind of model.
import { DeskreelError } from '../../protocol/errors.ts';
import type { CallOptions } from '../interface/call.ts';
import { startAnthropic } from './anthropic-conversation.ts';
import { startFunction } from './function-conversation.ts';
import type { AgentItem } from './items.ts';
import { startOpenAI } from './openai-conversation.ts';
import type { AgentPlan } from './options.ts';
import type { AgentUsage } from './usage.ts';

export interface CallResult {
  /** The answer to the call, as an item of the turn. */
  readonly items: AgentItem[];
  /** What went wrong, as the model is told. */
  readonly failure: string | undefined;
}

/** Something that the model wants done. */
export interface PendingCall {
  readonly item: AgentItem;
  /** Carries it out and keeps the answer for the next question. Throws what no model can mend. */
  run(options: CallOptions): Promise<CallResult>;
}

export interface ModelTurn {
  /** What the model said and called for. */
  readonly items: AgentItem[];
  /** None: the model is done. */
  readonly calls: readonly PendingCall[];
  readonly usage: AgentUsage;
  /** What was asked and what was answered, as they went over the wire. */
  readonly request: unknown;
  readonly answer: unknown;
}

export interface Conversation {
  /** The model's name. */
  readonly model: string;
  /** What is new since the last question, for its hash. */
  readonly prompt: unknown;
  ask(step: number, signal: AbortSignal): Promise<ModelTurn>;
}

/** Loads the official package of the model's provider. Throws `bad_request` where it is not installed. */
export async function startConversation(
  plan: AgentPlan,
  messages: readonly AgentItem[],
): Promise<Conversation> {
  if (typeof plan.model === 'function') return startFunction(plan, plan.model, messages);
  const [provider, ...rest] = plan.model.split('/');
  const model = rest.join('/');
  return provider === 'anthropic'
    ? startAnthropic(plan, model, messages)
    : startOpenAI(plan, model, messages);
}

export function notInstalled(name: string, cause: unknown): DeskreelError {
  const message = `the model wants the package ${name}: npm install ${name}`;
  return new DeskreelError('bad_request', message, { cause });
}
