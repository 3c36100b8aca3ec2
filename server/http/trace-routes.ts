// Traces, over HTTP.
import type { Express, Request, Response } from 'express';
import { API } from '../../protocol/api.ts';
import { redactTrace } from '../recorder/redact/redact-trace.ts';
import { searchTraces } from '../recorder/search-traces.ts';
import { checkReach } from './access.ts';
import { desktopOf, hangUp, pathParam, principalOf, type HttpParts } from './context.ts';
import { originOf } from './links.ts';
import type { ApiHandlers } from './routes.ts';
import { sendFile } from './send-file.ts';

type Names =
  | 'startTrace'
  | 'addTraceMetadata'
  | 'addTraceEvents'
  | 'stopTrace'
  | 'cutTrace'
  | 'currentTrace'
  | 'listTraces'
  | 'getTrace'
  | 'searchTraces'
  | 'redactTrace'
  | 'holdTrace'
  | 'releaseTrace'
  | 'deleteTrace';

export function traceRoutes(parts: HttpParts): Pick<ApiHandlers, Names> {
  const recorderOf = (request: Request) => desktopOf(parts, request).recorder;
  return {
    startTrace: ({ body, request }) => desktopOf(parts, request).startTrace(body),
    addTraceMetadata: ({ body, request }) => {
      recorderOf(request).addMetadata(body.key, body.value);
      return {};
    },
    addTraceEvents: ({ body, request }) => {
      const events = body.events.map(({ type, data, step_id: stepId, ts_ms }) => ({
        type,
        data: ts_ms === undefined ? data : { client_ts_ms: ts_ms, ...data },
        stepId,
      }));
      recorderOf(request).addEvents(events);
      return {};
    },
    stopTrace: async ({ request }) => {
      const { trace_id } = await recorderOf(request).stop();
      return { trace_id, url: archiveUrl(request, trace_id) };
    },
    cutTrace: async ({ body, request }) => {
      const { trace_id } = await recorderOf(request).cut(body);
      return { trace_id, url: archiveUrl(request, trace_id) };
    },
    currentTrace: async ({ request }) => {
      const { active } = recorderOf(request);
      if (active === undefined) return { active: false, trace: null };
      return { active: true, trace: await parts.traces.info(active) };
    },
    listTraces: async () => ({ traces: await parts.traces.list() }),
    getTrace: ({ request }) => parts.traces.info(pathParam(request, 'id')),
    searchTraces: ({ body, response }) => searchTraces(parts.traces, body, hangUp(parts, response)),
    redactTrace: ({ body, request }) => redactTrace(parts.traces, pathParam(request, 'id'), body),
    holdTrace: ({ request }) => parts.traces.hold(pathParam(request, 'id')),
    releaseTrace: ({ request }) => parts.traces.release(pathParam(request, 'id')),
    deleteTrace: async ({ request }) => {
      await parts.traces.delete(pathParam(request, 'id'));
      return undefined;
    },
  };
}

/** What answers with a file, and the older name of the list. */
export function archiveRoutes(app: Express, parts: HttpParts): void {
  app.get('/api/traces/list', async (_request, response) => {
    checkReach(principalOf(response), API.listTraces.reach);
    response.json({ traces: await parts.traces.list() });
  });
  app.get('/v1/traces/:id/archive', (request, response) => sendArchive(parts, request, response));
}

/** Waits for a ZIP that is being written. */
async function sendArchive(parts: HttpParts, request: Request, response: Response): Promise<void> {
  checkReach(principalOf(response), API.getTrace.reach);
  const { path } = await parts.traces.archive(pathParam(request, 'id'));
  response.type('application/zip').attachment(`${pathParam(request, 'id')}.zip`);
  await sendFile(response, path);
}

/** Where a trace's ZIP is, as the client that asks can reach it. */
export function archiveUrl(request: Request, traceId: string): string {
  return `${originOf(request)}/v1/traces/${encodeURIComponent(traceId)}/archive`;
}
