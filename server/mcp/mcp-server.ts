// The MCP server, by the official SDK: its tools are the command table's rows. It knows nothing of its transport.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js';
import { toDeskreelError, type DeskreelError } from '../../protocol/errors.ts';
import { packageVersion } from '../package-root.ts';
import { commandTools } from './command-tools.ts';
import { desktopTools } from './desktop-tools.ts';
import type { McpDesktops } from './desktops.ts';

const INSTRUCTIONS =
  'Linux desktops that are seen by computer_screenshot and worked by the other computer_ tools. ' +
  'Take a screenshot first, and again to see what an action did.';

/** `onFault` is told of errors that are not the client's; it gets no more than that there was one. */
export function createMcpServer(desktops: McpDesktops, onFault: (fault: DeskreelError) => void): McpServer {
  const server = new McpServer(
    { name: 'deskreel', version: packageVersion() },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const tools = new Map(
    [...desktopTools(desktops), ...commandTools].map((tool) => [tool.definition.name, tool] as const),
  );
  // Its own registration wants schemas in another form; these are those of the table.
  server.server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...tools.values()].map(({ definition }) => definition),
  }));
  server.server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const tool = tools.get(params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `there is no tool ${params.name}`);
    try {
      return await tool.run(params.arguments ?? {}, desktops, signal);
    } catch (thrown) {
      return failed(toDeskreelError(thrown), onFault);
    }
  });
  return server;
}

/** An error of the tool: the model sees its code and what it can do about it. */
function failed(error: DeskreelError, onFault: (fault: DeskreelError) => void): CallToolResult {
  const isFault = error.code === 'internal';
  if (isFault) onFault(error);
  const message = isFault ? 'something failed in the server; its log says what' : error.message;
  return { isError: true, content: [{ type: 'text', text: `${error.code}: ${message}` }] };
}
