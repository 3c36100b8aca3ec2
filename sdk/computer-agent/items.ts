// What an agent and its model say to each other, in the form of OpenAI's Responses items, as Cua's agents do.

export type AgentItem =
  | UserMessage
  | AssistantMessage
  | ReasoningItem
  | ComputerCallItem
  | ComputerCallOutputItem
  | FunctionCallItem
  | FunctionCallOutputItem;

export interface UserMessage {
  type?: 'message';
  role: 'user' | 'system' | 'developer';
  content: string | readonly { type: string; text?: string; [field: string]: unknown }[];
}

export interface AssistantMessage {
  type: 'message';
  role: 'assistant';
  content: { type: 'output_text'; text: string }[];
}

export interface ReasoningItem {
  type: 'reasoning';
  summary: { type: 'summary_text'; text: string }[];
}

/** An action of OpenAI's vocabulary; what a model has beyond it keeps that model's name. */
export interface AgentAction {
  type: string;
  [field: string]: unknown;
}

export interface ComputerCallItem {
  type: 'computer_call';
  id?: string;
  call_id: string;
  action: AgentAction;
  /** Where a model sends several at once. */
  actions?: AgentAction[];
  pending_safety_checks: { id: string; code?: string | null; message?: string | null }[];
  status: 'completed';
}

export interface ComputerCallOutputItem {
  type: 'computer_call_output';
  call_id: string;
  /** `image_url` is a data URL. `error` says what went wrong. */
  output: { type: 'computer_screenshot'; image_url: string } | { type: 'text'; text: string };
  error?: string;
}

/** A command of the table by its name, with its parameters as JSON. */
export interface FunctionCallItem {
  type: 'function_call';
  call_id: string;
  name: string;
  arguments: string;
}

export interface FunctionCallOutputItem {
  type: 'function_call_output';
  call_id: string;
  output: string;
}

/** What a person said, one after the other. */
export function userText(items: readonly AgentItem[]): string {
  return items
    .flatMap((item) => ('role' in item && item.role === 'user' ? [contentText(item)] : []))
    .join('\n');
}

/** What the model said, without its calls. */
export function spokenText(items: readonly AgentItem[]): string {
  const texts = items.flatMap((item) => {
    if (item.type === 'reasoning') return item.summary.map(({ text }) => text);
    return 'role' in item && item.role === 'assistant' ? [contentText(item)] : [];
  });
  return texts.join('\n');
}

function contentText({ content }: UserMessage | AssistantMessage): string {
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n');
}

const IMAGE_URL = /^data:image\//;
const OMITTED = '[omitted]';

/** The same without images: it is said that they were there. */
export function withoutImages(value: unknown): unknown {
  if (typeof value === 'string') return IMAGE_URL.test(value) ? OMITTED : value;
  if (Array.isArray(value)) return value.map(withoutImages);
  if (typeof value !== 'object' || value === null) return value;
  // Anthropic's form: the data stands beside its type.
  const isImage = 'type' in value && value.type === 'base64';
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    isImage && key === 'data' ? OMITTED : withoutImages(inner),
  ]);
  return Object.fromEntries(entries);
}
