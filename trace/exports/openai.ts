// `openai`: the trace as the input items of OpenAI's Responses API with its computer tool.
import { openaiActions, type OpenaiAction } from '../../protocol/vocabulary/openai.ts';
import type { TakenFrame } from '../call-index.ts';
import type { TraceSource } from '../source/source.ts';
import { pictureAfter, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonObject } from './json.ts';
import { outcomeText, succeeded } from './outcome.ts';
import { base64Picture } from './pictures.ts';
import { readTask, type Task } from './task.ts';
import { readTurns } from './turns.ts';

export const openai: Exporter = {
  format: 'openai',
  about: "input items with computer calls and their outputs, for OpenAI's Responses API",
  extension: 'json',
  async *files(trace) {
    const task = await readTask(trace);
    const { width: display_width, height: display_height } = task.size;
    const tool = { type: 'computer_use_preview', display_width, display_height, environment: 'linux' };
    const head = { model: task.model ?? 'computer-use-preview', tools: [tool] };
    yield { name: 'input.json', content: jsonObject(head, 'input', itemsOf(trace, task)) };
  },
};

async function* itemsOf(trace: TraceSource, task: Task): AsyncGenerator<object> {
  const text = task.instruction === '' ? trace.overview.trace_id : task.instruction;
  yield { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
  for await (const { step, said } of readTurns(trace.entries())) {
    if (said !== '') yield saidItem(step, said);
    yield* stepItems(trace, step);
  }
}

/** A model's message goes back with the id and the status that it came with. */
function saidItem({ call }: Step, said: string): object {
  return {
    type: 'message',
    id: `msg_${call.data.call_id}`,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: said, annotations: [] }],
  };
}

/** An output of the computer tool is a picture, so a step without one is a function's call, as are other commands. */
async function* stepItems(trace: TraceSource, step: Step): AsyncGenerator<object> {
  const picture = pictureAfter(step);
  const actions = step.action ? openaiActions(step.action) : [];
  if (!picture || actions.length === 0) {
    yield* functionItems(step);
    return;
  }
  for (const [index, action] of actions.entries())
    yield* computerItems(trace, step, { action, index, picture });
}

interface ComputerCall {
  readonly action: OpenaiAction;
  readonly index: number;
  readonly picture: TakenFrame;
}

async function* computerItems(
  trace: TraceSource,
  step: Step,
  { action, index, picture }: ComputerCall,
): AsyncGenerator<object> {
  const { call_id: id } = step.call.data;
  const suffix = index === 0 ? '' : `_${index}`;
  const status = succeeded(step) ? 'completed' : 'incomplete';
  const call = { id: `cu_${id}${suffix}`, call_id: `call_${id}${suffix}` };
  yield { type: 'computer_call', ...call, action, pending_safety_checks: [], status };
  const image_url = `data:image/png;base64,${await base64Picture(trace, picture)}`;
  yield {
    type: 'computer_call_output',
    call_id: call.call_id,
    output: { type: 'computer_screenshot', image_url },
    status,
  };
}

function* functionItems(step: Step): Generator<object> {
  const { call_id: id, method, args } = step.call.data;
  const call_id = `call_${id}`;
  yield {
    type: 'function_call',
    id: `fc_${id}`,
    call_id,
    name: method,
    arguments: JSON.stringify(args ?? {}),
  };
  yield { type: 'function_call_output', call_id, output: outcomeText(step) };
}
