// deskreel mcp: the desktops as tools of an MCP client, over standard input and output.
import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CommandSession } from '../../sdk/index.ts';
import { Deskreel } from '../../sdk/index.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { McpDesktops } from '../../server/mcp/desktops.ts';
import { createMcpServer } from '../../server/mcp/mcp-server.ts';
import { command } from '../command.ts';

const ACTOR = { kind: 'agent', id: 'mcp' } as const;

export const mcp = command({
  name: 'mcp',
  about: 'Serve the desktops as MCP tools on standard input and output',
  notes: [
    'For the settings of an MCP client: command "npx", arguments ["deskreel", "mcp"]. Where no server runs, one is',
    'started inside and ends with it; desktops stay. A server that runs has the same tools at its address, /mcp.',
  ],
  run: async (_given, { signal }) => {
    await using deskreel = await Deskreel.open({ signal });
    const sessions = new Map<string, CommandSession>();
    const server = createMcpServer(desktopsOf(deskreel, sessions), (error) => {
      process.stderr.write(`deskreel: ${error.message}\n`);
    });
    const closed = new AbortController();
    server.server.onclose = () => closed.abort();
    // The transport reads on and does not tell of the end.
    process.stdin.once('end', () => closed.abort());
    await server.connect(new StdioServerTransport());
    const over = AbortSignal.any([closed.signal, signal]);
    if (!over.aborted) await once(over, 'abort');
    await server.close();
    for (const session of sessions.values()) session.close();
    return true;
  },
});

function desktopsOf(deskreel: Deskreel, sessions: Map<string, CommandSession>): McpDesktops {
  const sessionOf = (id: string): CommandSession => {
    const session = sessions.get(id) ?? deskreel.session(id, ACTOR);
    sessions.set(id, session);
    return session;
  };
  return {
    list: () => deskreel.listDesktops(),
    run: async (id, name, params, signal) => {
      try {
        return { success: true, result: await sessionOf(id).call(name, params, { signal }) };
      } catch (error) {
        return { success: false, error: toDeskreelError(error).toBody() };
      }
    },
    startTrace: async (id, { name, ...options }) => {
      const named = name ? { ...options, name } : options;
      return { trace_id: await deskreel.startTrace(id, named) };
    },
    stopTrace: async (id) => {
      const { traceId, path } = await deskreel.stopTrace(id);
      return { trace_id: traceId, path };
    },
    manage: {
      create: (spec, signal) => deskreel.createDesktop(spec, signal),
      remove: (id) => deskreel.removeDesktop(id),
    },
  };
}
