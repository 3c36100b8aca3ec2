// OpenAI's models through their official package: the Responses API, which keeps what was said.
import type { Response, ResponseInput, ResponseOutputItem, Tool } from 'openai/resources/responses/responses';
import type { Computer } from '../computer.ts';
import { OpenAIComputerTool, type OpenAIInputItem } from '../tools/openai-tool.ts';
import { notInstalled, type Conversation, type ModelTurn, type PendingCall } from './conversation.ts';
import type { AgentAction, AgentItem } from './items.ts';
import { resultOf, toolOptions } from './openai-results.ts';
import type { AgentPlan } from './options.ts';
import { priced, NO_USAGE, type AgentUsage } from './usage.ts';

async function openClient() {
  try {
    const { default: OpenAI } = await import('openai');
    return new OpenAI();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw notInstalled('openai', error);
    }
    throw error;
  }
}

export async function startOpenAI(
  plan: AgentPlan,
  model: string,
  messages: readonly AgentItem[],
): Promise<Conversation> {
  const client = await openClient();
  const tool = await openTool(plan, plan.computer, model);
  let previous: string | undefined;
  let input = inputOf(messages);
  return {
    model: `openai/${model}`,
    get prompt() {
      return input;
    },
    ask: async (_step, signal) => {
      const request = {
        model,
        input,
        tools: [tool.definition satisfies Tool],
        truncation: 'auto' as const,
        max_output_tokens: plan.maxTokens,
        ...(plan.instructions === undefined ? {} : { instructions: plan.instructions }),
        ...(previous === undefined ? {} : { previous_response_id: previous }),
      };
      const response = await client.responses.create(request, { signal });
      previous = response.id;
      input = [];
      return turnOf(request, response, plan, (item) => pending(tool, item, input));
    },
  };
}

function openTool(plan: AgentPlan, computer: Computer, model: string): Promise<OpenAIComputerTool> {
  const isPreview = model.includes('computer-use-preview');
  return OpenAIComputerTool.create(computer, {
    ...toolOptions(plan),
    tool: isPreview ? 'computer_use_preview' : 'computer',
  });
}

function inputOf(messages: readonly AgentItem[]): ResponseInput {
  return messages as ResponseInput;
}

function turnOf(
  request: unknown,
  response: Response,
  plan: AgentPlan,
  call: (item: ResponseOutputItem) => PendingCall[],
): ModelTurn {
  const calls = response.output.flatMap(call);
  return {
    items: response.output.flatMap(itemOf),
    calls,
    usage: priced(usageOf(response), plan.prices),
    request,
    answer: response,
  };
}

function usageOf({ usage }: Response): AgentUsage {
  if (!usage) return NO_USAGE;
  const { input_tokens, output_tokens, total_tokens } = usage;
  return { prompt_tokens: input_tokens, completion_tokens: output_tokens, total_tokens };
}

function pending(tool: OpenAIComputerTool, given: ResponseOutputItem, input: ResponseInput): PendingCall[] {
  const [item] = itemOf(given);
  if (given.type !== 'computer_call' || !item) return [];
  return [
    {
      item,
      run: async (options) => {
        const answered: OpenAIInputItem[] = await tool.run(given, options);
        input.push(...answered);
        return resultOf(answered);
      },
    },
  ];
}

function itemOf(item: ResponseOutputItem): AgentItem[] {
  if (item.type === 'computer_call') {
    const actions = (item.actions ?? (item.action ? [item.action] : [])).map((action): AgentAction => ({
      ...action,
    }));
    const [first = { type: 'screenshot' }] = actions;
    const { type, id, call_id, pending_safety_checks } = item;
    const several = actions.length > 1 ? { actions } : {};
    return [{ type, id, call_id, action: first, ...several, pending_safety_checks, status: 'completed' }];
  }
  if (item.type === 'reasoning') {
    return [{ type: 'reasoning', summary: item.summary.map(({ text }) => ({ type: 'summary_text', text })) }];
  }
  if (item.type !== 'message') return [];
  const text = item.content
    .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
    .join('\n');
  return [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }];
}
