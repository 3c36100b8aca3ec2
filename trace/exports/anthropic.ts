// `anthropic`: the trace as the messages of a conversation with Anthropic's computer tool, as its API takes them.
import { anthropicActions, type AnthropicAction } from '../../protocol/vocabulary/anthropic.ts';
import type { TraceSource } from '../source/source.ts';
import { pictureAfter, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonObject } from './json.ts';
import { outcomeText, succeeded } from './outcome.ts';
import { base64Picture } from './pictures.ts';
import { readTask, type Task } from './task.ts';
import { readTurns, type Turn } from './turns.ts';

export const anthropic: Exporter = {
  format: 'anthropic',
  about: "messages with tool calls and results of Anthropic's computer tool",
  extension: 'json',
  async *files(trace) {
    const task = await readTask(trace);
    const { width, height } = task.size;
    const tool = {
      type: 'computer_20250124',
      name: 'computer',
      display_width_px: width,
      display_height_px: height,
    };
    const head = { ...(task.model === undefined ? {} : { model: task.model }), tools: [tool] };
    yield { name: 'messages.json', content: jsonObject(head, 'messages', messagesOf(trace, task)) };
  },
};

interface ToolUse {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: AnthropicAction | Record<string, unknown>;
}

/** The first message is the user's; from then on the model's calls and the results of them take turns. */
async function* messagesOf(trace: TraceSource, task: Task): AsyncGenerator<object> {
  const instruction = task.instruction === '' ? trace.overview.trace_id : task.instruction;
  yield { role: 'user', content: instruction };
  for await (const turn of readTurns(trace.entries())) {
    const uses = usesOf(turn.step);
    yield { role: 'assistant', content: [...textOf(turn), ...uses] };
    yield { role: 'user', content: await resultsOf(trace, turn.step, uses) };
  }
}

function textOf({ said }: Turn): object[] {
  return said === '' ? [] : [{ type: 'text', text: said }];
}

/** A command that the computer tool has no word for is a tool of its own name. */
function usesOf({ action, call }: Step): ToolUse[] {
  const { call_id: id, method, args } = call.data;
  const inputs = action ? anthropicActions(action) : [];
  if (inputs.length === 0) {
    return [
      { type: 'tool_use', id: useId(id, 0), name: method, input: (args ?? {}) as Record<string, unknown> },
    ];
  }
  return inputs.map((input, index) => ({
    type: 'tool_use',
    id: useId(id, index),
    name: 'computer',
    input,
  }));
}

/** Letters, digits, `_` and `-`. */
function useId(callId: string, index: number): string {
  return `toolu_${callId}${index === 0 ? '' : `_${index}`}`;
}

/** The picture belongs to the last of several calls. */
async function resultsOf(trace: TraceSource, step: Step, uses: readonly ToolUse[]): Promise<object[]> {
  const content = await contentOf(trace, step);
  const failed = succeeded(step) ? {} : { is_error: true };
  return uses.map(({ id }, index) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: index === uses.length - 1 ? content : [{ type: 'text', text: 'done' }],
    ...failed,
  }));
}

async function contentOf(trace: TraceSource, step: Step): Promise<object[]> {
  const text = { type: 'text', text: outcomeText(step) };
  const picture = pictureAfter(step);
  if (!picture) return [text];
  const data = await base64Picture(trace, picture);
  return [text, { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }];
}
