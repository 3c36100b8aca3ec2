// MCP over HTTP (streamable; of its clients nothing is kept but what runs): at /mcp with the server's token, under a desktop's key for that desktop.
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Express, Request, Response } from 'express';
import type { McpDesktops } from '../mcp/desktops.ts';
import { createMcpServer } from '../mcp/mcp-server.ts';
import { checkReach } from './access.ts';
import { jsonBody } from './body.ts';
import { desktopOf, principalOf, type HttpParts } from './context.ts';
import { McpCalls } from './mcp-calls.ts';
import { allDesktops, oneDesktop } from './mcp-desktops.ts';

const METHOD_NOT_ALLOWED = 405;
const ACCEPTED = 202;

export function mcpRoutes(app: Express, parts: HttpParts): void {
  const calls = new McpCalls();
  const served = { ...parts, calls };
  app.post('/mcp', async (request, response) => {
    checkReach(principalOf(response), 'server');
    await answer(served, request, response, allDesktops(parts, request));
  });
  app.post('/v1/desktops/:id/mcp', async (request, response) => {
    await answer(served, request, response, oneDesktop(desktopOf(parts, request), request));
  });
  // Nothing is ever told unasked, and there is no session to end.
  app.all(['/mcp', '/v1/desktops/:id/mcp'], (_request, response) => {
    response.status(METHOD_NOT_ALLOWED).set('Allow', 'POST').end();
  });
}

async function answer(
  parts: HttpParts & { calls: McpCalls },
  request: Request,
  response: Response,
  desktops: McpDesktops,
): Promise<void> {
  const body = jsonBody(request);
  const server = createMcpServer(desktops, (error) => parts.log.error('mcp.failed', { error }));
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  // A tool that still runs ends where its client hangs up, or the server stops.
  const end = (): void => void server.close();
  response.on('close', end);
  parts.closing.addEventListener('abort', end, { once: true, signal: responseClosed(response) });
  // A call that is taken back has no answer.
  const takeBack = (): void => void server.close().then(() => response.status(ACCEPTED).end());
  for (const message of [body].flat()) parts.calls.note(message, request, response, takeBack);
  await server.connect(transport);
  await transport.handleRequest(request, response, body);
}

/** Lets go of what waits for the server's end. */
function responseClosed(response: Response): AbortSignal {
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  return closed.signal;
}
