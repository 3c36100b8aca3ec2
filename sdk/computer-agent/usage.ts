// Tokens and what they cost.

/** Cost in US dollars, where it is known. Names as in Cua's agents. */
export interface AgentUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  response_cost?: number;
}

/** US dollars for a million tokens. */
export interface Prices {
  input: number;
  output: number;
}

const MILLION = 1_000_000;

export const NO_USAGE: AgentUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

export function priced(usage: AgentUsage, prices: Prices | undefined): AgentUsage {
  if (usage.response_cost !== undefined || !prices) return usage;
  const cost = usage.prompt_tokens * prices.input + usage.completion_tokens * prices.output;
  return { ...usage, response_cost: cost / MILLION };
}

export function added(sum: AgentUsage, more: AgentUsage): AgentUsage {
  const total = {
    prompt_tokens: sum.prompt_tokens + more.prompt_tokens,
    completion_tokens: sum.completion_tokens + more.completion_tokens,
    total_tokens: sum.total_tokens + more.total_tokens,
  };
  if (sum.response_cost === undefined && more.response_cost === undefined) return total;
  return { ...total, response_cost: (sum.response_cost ?? 0) + (more.response_cost ?? 0) };
}
