// A model that is a function: it is given the whole conversation and answers with items. For local models and for tests.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { resolveCommand } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { OpenAIAction } from '../../protocol/vocabulary/from-openai.ts';
import type { Computer } from '../computer.ts';
import type { CallOptions } from '../interface/call.ts';
import { failureText } from '../tools/failures.ts';
import { OpenAIComputerTool } from '../tools/openai-tool.ts';
import type { CallResult, Conversation, ModelTurn, PendingCall } from './conversation.ts';
import type { AgentItem, ComputerCallItem, FunctionCallItem } from './items.ts';
import { resultOf, toolOptions } from './openai-results.ts';
import type { AgentPlan } from './options.ts';
import { NO_USAGE, type AgentUsage } from './usage.ts';

export interface AgentModelRequest {
  /** All that was said and done so far, the newest at the end. */
  readonly messages: readonly AgentItem[];
  readonly instructions: string | undefined;
  /** The size of the screen as the model sees it, in pixels. */
  readonly display: { readonly width: number; readonly height: number };
  /** From 1. */
  readonly step: number;
  readonly signal: AbortSignal;
}

/** An item, an action by itself (`{type:'click', x, y}`), or what there is to say. */
export type AgentModelItem = string | { type: string; [field: string]: unknown };

export type AgentModelAnswer =
  | AgentModelItem
  | readonly AgentModelItem[]
  | { output: AgentModelItem | readonly AgentModelItem[]; usage?: Partial<AgentUsage> };

/** An answer without a call ends the run. */
export type AgentModelFunction = (request: AgentModelRequest) => AgentModelAnswer | Promise<AgentModelAnswer>;

const Action = z.looseObject({ type: z.string() });
const ComputerCall = z.looseObject({
  call_id: z.string().default(() => randomUUID()),
  action: Action.optional(),
  actions: z.array(Action).optional(),
  pending_safety_checks: z.array(z.looseObject({ id: z.string() })).default([]),
});
const FunctionCall = z.looseObject({
  call_id: z.string().default(() => randomUUID()),
  name: z.string(),
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).default('{}'),
});
const Text = z.array(z.looseObject({ text: z.string() }));
const Message = z.looseObject({ content: z.union([z.string(), Text]) });
const Reasoning = z.looseObject({ summary: z.union([z.string(), Text]) });
const Usage = z.object({
  prompt_tokens: z.number().min(0).default(0),
  completion_tokens: z.number().min(0).default(0),
  total_tokens: z.number().min(0).optional(),
  response_cost: z.number().min(0).optional(),
});

const ACTIONS: ReadonlySet<string> = new Set(OpenAIAction.options.map(({ shape }) => shape.type.value));

export async function startFunction(
  plan: AgentPlan,
  model: AgentModelFunction,
  messages: readonly AgentItem[],
): Promise<Conversation> {
  const { computer, instructions } = plan;
  const tool = await OpenAIComputerTool.create(computer, toolOptions(plan));
  const said: AgentItem[] = [...messages];
  let asked = 0;
  return {
    model: model.name || 'function',
    get prompt() {
      return said.slice(asked);
    },
    ask: async (step, signal) => {
      asked = said.length;
      const display = tool.modelSize;
      const request = { messages: [...said], instructions, display, step, signal };
      const turn = readAnswer(await model(request));
      said.push(...turn.items);
      const calls = turn.items.flatMap((item) => pendingOf(item, tool, computer, said));
      return { ...turn, calls, request: { messages: request.messages, instructions, display, step } };
    },
  };
}

function readAnswer(answer: AgentModelAnswer): Pick<ModelTurn, 'items' | 'usage' | 'answer'> {
  const isWhole = typeof answer === 'object' && 'output' in answer;
  const output = isWhole
    ? (answer.output as AgentModelItem | readonly AgentModelItem[])
    : (answer as AgentModelItem);
  const given: readonly unknown[] = Array.isArray(output) ? output : [output];
  const usage = isWhole && 'usage' in answer ? usageOf(answer.usage) : NO_USAGE;
  return { items: given.map(readItem), usage, answer };
}

function usageOf(given: unknown): AgentUsage {
  const { prompt_tokens, completion_tokens, total_tokens, response_cost } = parseWith(
    Usage,
    given ?? {},
    'usage of the model’s answer',
  );
  const total = total_tokens ?? prompt_tokens + completion_tokens;
  const usage = { prompt_tokens, completion_tokens, total_tokens: total };
  return response_cost === undefined ? usage : { ...usage, response_cost };
}

/** Throws `bad_request` for what is no item. */
function readItem(given: unknown): AgentItem {
  if (typeof given === 'string') return spoken(given);
  const { type } = parseWith(Action, given, 'the model’s answer');
  if (ACTIONS.has(type)) return computerCall({ action: given });
  if (type === 'computer_call') return computerCall(given);
  if (type === 'function_call') {
    const call = parseWith(FunctionCall, given, 'function_call');
    const args = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
    return { type, call_id: call.call_id, name: call.name, arguments: args };
  }
  if (type === 'message') return spoken(textOf(parseWith(Message, given, 'message').content));
  if (type === 'reasoning') {
    const text = textOf(parseWith(Reasoning, given, 'reasoning').summary);
    return { type, summary: [{ type: 'summary_text', text }] };
  }
  throw new DeskreelError(
    'bad_request',
    `the model’s answer: ${type} is no item; use message, reasoning, computer_call, function_call or an action`,
  );
}

const textOf = (content: string | readonly { text: string }[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');

function spoken(text: string): AgentItem {
  return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] };
}

function computerCall(given: unknown): ComputerCallItem {
  const call = parseWith(ComputerCall, given, 'computer_call');
  const [first] = call.actions ?? [];
  const action = call.action ?? first;
  if (!action) throw new DeskreelError('bad_request', 'computer_call: action or actions is missing');
  return {
    type: 'computer_call',
    call_id: call.call_id,
    action,
    ...(call.actions ? { actions: call.actions } : {}),
    pending_safety_checks: call.pending_safety_checks,
    status: 'completed',
  };
}

function pendingOf(
  item: AgentItem,
  tool: OpenAIComputerTool,
  computer: Computer,
  said: AgentItem[],
): PendingCall[] {
  const run = runnerOf(item, tool, computer);
  if (!run) return [];
  return [
    {
      item,
      run: async (options) => {
        const result = await run(options);
        said.push(...result.items);
        return result;
      },
    },
  ];
}

type Run = (options: CallOptions) => Promise<CallResult>;

function runnerOf(item: AgentItem, tool: OpenAIComputerTool, computer: Computer): Run | undefined {
  if (item.type === 'computer_call') return async (options) => resultOf(await tool.run(item, options));
  if (item.type === 'function_call') return (options) => runCommand(item, computer, options);
  return undefined;
}

/** Any command of the table, for what the computer tool has no action for. */
async function runCommand(
  call: FunctionCallItem,
  computer: Computer,
  options: CallOptions,
): Promise<CallResult> {
  const answer = (output: string): AgentItem => ({
    type: 'function_call_output',
    call_id: call.call_id,
    output,
  });
  try {
    const command = resolveCommand(call.name);
    if (!command) throw new DeskreelError('unknown_command', `there is no command ${call.name}`);
    const result = await computer.command(command, parseJson(call.arguments) as never, options);
    return { items: [answer(JSON.stringify(result))], failure: undefined };
  } catch (error) {
    const failure = failureText(error);
    return { items: [answer(failure)], failure };
  }
}
