// Models: a function, or a client of OpenAI's or Anthropic's official package.
import { z } from 'zod';
import { DeskreelError } from '../../protocol/errors.ts';

export interface ModelRequest {
  system: string;
  prompt: string;
  temperature: number;
  signal?: AbortSignal | undefined;
}

export interface ModelUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export interface ModelAnswer {
  text: string;
  /** The model's name. */
  model?: string | undefined;
  usage?: ModelUsage | undefined;
}

/** Answers a prompt. A local model, a test's script, or a call of any service. */
export type ModelFunction = (request: ModelRequest) => string | ModelAnswer | Promise<string | ModelAnswer>;

/** A client of the package `openai` or `@anthropic-ai/sdk`, and which model it is to ask. */
export interface ModelClient {
  client: OpenAiClient | AnthropicClient;
  model: string;
  /** Tokens of an answer. Default 1024. */
  maxTokens?: number;
}

interface RequestOptions {
  signal?: AbortSignal | undefined;
}

/** What is used of `new OpenAI()`. */
export interface OpenAiClient {
  chat: { completions: { create(body: never, options?: RequestOptions): PromiseLike<unknown> } };
}

/** What is used of `new Anthropic()`. */
export interface AnthropicClient {
  messages: { create(body: never, options?: RequestOptions): PromiseLike<unknown> };
}

/** Asks the model. Throws what the function or the client throws. */
export async function askModel(
  model: ModelFunction | ModelClient,
  request: ModelRequest,
): Promise<ModelAnswer> {
  if (typeof model !== 'function') {
    return 'chat' in model.client
      ? askOpenAi(model.client, model, request)
      : askAnthropic(model.client, model, request);
  }
  const answer = await model(request);
  return typeof answer === 'string' ? { text: answer } : answer;
}

const OpenAiAnswer = z.object({
  model: z.string().optional(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
  usage: z
    .object({ prompt_tokens: z.number(), completion_tokens: z.number(), total_tokens: z.number() })
    .optional(),
});

async function askOpenAi(
  client: OpenAiClient,
  { model, maxTokens = 1024 }: ModelClient,
  { system, prompt, temperature, signal }: ModelRequest,
): Promise<ModelAnswer> {
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: prompt },
  ];
  const body = { model, temperature, max_completion_tokens: maxTokens, messages };
  // The client's own type of a body is not known here: its package is the user's.
  const answer = read(OpenAiAnswer, await client.chat.completions.create(body as never, { signal }));
  return {
    text: answer.choices[0]?.message.content ?? '',
    model: answer.model ?? model,
    usage: answer.usage,
  };
}

const AnthropicAnswer = z.object({
  model: z.string().optional(),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).optional(),
});

async function askAnthropic(
  client: AnthropicClient,
  { model, maxTokens = 1024 }: ModelClient,
  { system, prompt, temperature, signal }: ModelRequest,
): Promise<ModelAnswer> {
  const messages = [{ role: 'user', content: prompt }];
  const body = { model, temperature, max_tokens: maxTokens, system, messages };
  const answer = read(AnthropicAnswer, await client.messages.create(body as never, { signal }));
  const text = answer.content.map((part) => part.text ?? '').join('');
  return { text, model: answer.model ?? model, usage: answer.usage && tokens(answer.usage) };
}

function tokens({
  input_tokens: input,
  output_tokens: output,
}: {
  input_tokens: number;
  output_tokens: number;
}): ModelUsage {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function read<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new DeskreelError(
    'internal',
    `the model's client answered in a form that is not known: ${parsed.error.message}`,
  );
}
