// The server's desktops as the MCP server works them.
import type { Request } from 'express';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { CommandOutcome } from '../commands/observer.ts';
import type { Desktop } from '../desktops/desktop.ts';
import type { McpDesktop, McpDesktops, McpOutcome } from '../mcp/desktops.ts';
import type { HttpParts } from './context.ts';
import { archiveUrl } from './trace-routes.ts';

/** Requests over HTTP have no connection that a session could belong to: a desktop's MCP clients share one. */
const SESSION = 'mcp';
const ACTOR: Actor = { kind: 'agent', id: 'mcp' };

type Find = (id: string) => Desktop;
type Operations = Pick<McpDesktops, 'run' | 'startTrace' | 'stopTrace'>;

/** For the holder of the server's token. */
export function allDesktops({ registry }: HttpParts, request: Request): McpDesktops {
  return {
    ...operations((id) => registry.get(id), request),
    list: () => Promise.resolve(registry.list().map(described)),
    manage: {
      create: async (spec, signal) => described(await registry.create(spec, signal)),
      remove: (id) => registry.remove(registry.get(id), 'removed by request'),
    },
  };
}

/** For the holder of a desktop's key: there is no other. */
export function oneDesktop(desktop: Desktop, request: Request): McpDesktops {
  return {
    ...operations(() => desktop, request),
    list: () => Promise.resolve([described(desktop)]),
    manage: undefined,
  };
}

function operations(find: Find, request: Request): Operations {
  return {
    run: async (id, command, params, signal) => {
      const from = { session: SESSION, actor: ACTOR };
      return outcomeOf(await find(id).dispatcher.run({ command, params, ...from }, signal));
    },
    startTrace: (id, options) => find(id).startTrace(options),
    stopTrace: async (id) => {
      const { trace_id } = await find(id).recorder.stop();
      return { trace_id, url: archiveUrl(request, trace_id) };
    },
  };
}

function described({ id, state, record }: Desktop): McpDesktop {
  return { id, name: record.name, state, resolution: record.spec.resolution };
}

function outcomeOf({ success, result, error }: CommandOutcome): McpOutcome {
  if (success) return { success, result };
  return { success, error: error ?? new DeskreelError('internal', 'the command failed').toBody() };
}
