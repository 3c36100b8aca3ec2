// What a tool of the MCP server is.
import { z } from 'zod';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { McpDesktops } from './desktops.ts';

export interface McpTool {
  readonly definition: Tool;
  /** Throws a DeskreelError for what is to be told as the tool's error. */
  run(args: Record<string, unknown>, desktops: McpDesktops, signal: AbortSignal): Promise<CallToolResult>;
}

const ObjectSchema = z.looseObject({
  type: z.literal('object'),
  properties: z.record(z.string(), z.object().loose()).default({}),
  required: z.array(z.string()).optional(),
});

const DESKTOP = {
  type: 'string',
  description: 'Id or name of the desktop. May be left out where there is one only.',
};

/** Parameters as a tool's input. `onDesktop`: with the desktop that is meant. */
export function inputSchema(params: z.ZodType, onDesktop: boolean): Tool['inputSchema'] {
  const json = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' });
  const { properties, ...schema } = ObjectSchema.parse(json);
  delete schema['$schema'];
  return { ...schema, properties: onDesktop ? { ...properties, desktop: DESKTOP } : properties };
}

/** A value as text, as a model reads it. */
export function textResult(value: unknown): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] };
}
