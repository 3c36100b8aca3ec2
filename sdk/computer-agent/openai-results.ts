// What an OpenAI computer tool answered, as items of a turn.
import { defined } from '../options.ts';
import type { OpenAIInputItem, OpenAIToolOptions } from '../tools/openai-tool.ts';
import type { CallResult } from './conversation.ts';
import type { AgentItem } from './items.ts';
import type { AgentPlan } from './options.ts';

export function toolOptions({ acknowledge }: AgentPlan): OpenAIToolOptions {
  return defined({ acknowledge });
}

/** The message about a failure stands in its call's output, where a reader looks for it. */
export function resultOf(given: readonly OpenAIInputItem[]): CallResult {
  const texts = given.flatMap((item) =>
    item.type === 'message' ? item.content.map(({ text }) => text) : [],
  );
  const failure = texts.length > 0 ? texts.join('\n') : undefined;
  const items = given.flatMap((item): AgentItem[] => {
    if (item.type !== 'computer_call_output') return [];
    const { type, call_id, output } = item;
    return [{ type, call_id, output, ...(failure === undefined ? {} : { error: failure }) }];
  });
  return { items, failure };
}
