// Anthropic's models through their official package: the beta Messages API, which has all versions of the computer tool.
import type {
  BetaContentBlock,
  BetaMessage,
  BetaMessageParam,
  BetaToolUnion,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { commandSpec } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Size } from '../../protocol/primitives.ts';
import { actionOf } from '../../protocol/vocabulary/action.ts';
import { anthropicPlan, type AnthropicVersion } from '../../protocol/vocabulary/from-anthropic.ts';
import { openaiActions } from '../../protocol/vocabulary/openai.ts';
import { unscaled } from '../../protocol/vocabulary/scaling.ts';
import {
  AnthropicComputerTool,
  type AnthropicToolResult,
  type AnthropicToolUse,
} from '../tools/anthropic-tool.ts';
import { notInstalled, type CallResult, type Conversation, type PendingCall } from './conversation.ts';
import type { AgentAction, AgentItem } from './items.ts';
import type { AgentPlan } from './options.ts';
import { priced, type AgentUsage } from './usage.ts';

async function openClient() {
  try {
    const { default: Anthropic } = await import('@anthropic-ai/sdk');
    return new Anthropic();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw notInstalled('@anthropic-ai/sdk', error);
    }
    throw error;
  }
}

/** Which version of the tool a model was trained on, by its name; the newest for names that are not known. */
export function versionFor(model: string): AnthropicVersion {
  if (/claude-3-5/.test(model)) return '20241022';
  if (/claude-(opus|sonnet|haiku)-4-[5-9]/.test(model) && !/sonnet-4-5|haiku-4-5/.test(model))
    return '20251124';
  if (/claude-3-7|claude-(opus|sonnet|haiku)-4/.test(model)) return '20250124';
  return '20260801';
}

export async function startAnthropic(
  plan: AgentPlan,
  model: string,
  given: readonly AgentItem[],
): Promise<Conversation> {
  const client = await openClient();
  const version = plan.toolVersion ?? versionFor(model);
  const tool = await AnthropicComputerTool.create(plan.computer, { version });
  const messages: BetaMessageParam[] = given.map(messageOf);
  let asked = 0;
  return {
    model: `anthropic/${model}`,
    get prompt() {
      return messages.slice(asked);
    },
    ask: async (_step, signal) => {
      asked = messages.length;
      const request = {
        model,
        max_tokens: plan.maxTokens,
        messages: [...messages],
        tools: [tool.definition satisfies BetaToolUnion],
        ...(tool.betas.length > 0 ? { betas: tool.betas } : {}),
        ...(plan.instructions === undefined ? {} : { system: plan.instructions }),
      };
      const answer = await client.beta.messages.create(request, { signal });
      messages.push({ role: 'assistant', content: answer.content });
      const results: AnthropicToolResult[] = [];
      const calls = answer.content.flatMap((block) => pending(tool, version, block, results));
      // Filled before the next question: a call that is not answered is refused there.
      if (calls.length > 0) messages.push({ role: 'user', content: results });
      const items = answer.content.flatMap((block) => itemOf(block, tool.modelSize, version));
      return { items, calls, usage: priced(usageOf(answer), plan.prices), request, answer };
    },
  };
}

function messageOf(item: AgentItem): BetaMessageParam {
  if (!('role' in item)) {
    throw new DeskreelError(
      'bad_request',
      `messages: ${item.type} cannot begin a conversation with this model`,
    );
  }
  const content =
    typeof item.content === 'string' ? item.content : item.content.map(({ text = '' }) => text).join('\n');
  return { role: item.role === 'assistant' ? 'assistant' : 'user', content };
}

function usageOf({ usage }: BetaMessage): AgentUsage {
  const prompt =
    usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  const completion = usage.output_tokens;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function pending(
  tool: AnthropicComputerTool,
  version: AnthropicVersion,
  block: BetaContentBlock,
  results: AnthropicToolResult[],
): PendingCall[] {
  const [item] = itemOf(block, tool.modelSize, version);
  if (block.type !== 'tool_use' || !item) return [];
  return [
    {
      item,
      run: async (options) => {
        const result = await tool.run(block, options);
        results.push(result);
        return resultOf(result);
      },
    },
  ];
}

function resultOf({ tool_use_id, content, is_error }: AnthropicToolResult): CallResult {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
  const image = content.find((block) => block.type === 'image');
  const output = image
    ? { type: 'computer_screenshot' as const, image_url: `data:image/png;base64,${image.source.data}` }
    : { type: 'text' as const, text };
  const failure = is_error ? text : undefined;
  const item: AgentItem = { type: 'computer_call_output', call_id: tool_use_id, output };
  return { items: [failure === undefined ? item : { ...item, error: failure }], failure };
}

function itemOf(block: BetaContentBlock, size: Size, version: AnthropicVersion): AgentItem[] {
  if (block.type === 'text') {
    return [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: block.text }] }];
  }
  if (block.type === 'thinking') {
    return [{ type: 'reasoning', summary: [{ type: 'summary_text', text: block.thinking }] }];
  }
  if (block.type !== 'tool_use') return [];
  const action = responsesAction(block, size, version);
  return [
    { type: 'computer_call', call_id: block.id, action, pending_safety_checks: [], status: 'completed' },
  ];
}

/** The action in OpenAI's words, at the model's own coordinates; under its own name where those have none. */
function responsesAction(use: AnthropicToolUse, size: Size, version: AnthropicVersion): AgentAction {
  const { action: named, ...input } = (use.input ?? {}) as Record<string, unknown>;
  const name = version === '20260801' ? use.name : String(named);
  const own = { ...input, type: name };
  try {
    const { steps, shows } = anthropicPlan(
      name,
      version === '20260801' ? use.input : input,
      unscaled(size),
      version,
    );
    if (shows === 'screen') return { type: 'screenshot' };
    const actions = steps.flatMap(({ command, params }) => {
      const action = actionOf(command, commandSpec(command).params.parse(params));
      return action ? openaiActions(action) : [];
    });
    const [only, ...others] = actions;
    return only && others.length === 0 ? { ...only } : own;
  } catch (error) {
    // What the model did wrong is told when it is carried out.
    if (error instanceof DeskreelError) return own;
    throw error;
  }
}
