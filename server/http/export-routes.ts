// Traces in other formats, over HTTP.
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Express, Request, Response } from 'express';
import { API } from '../../protocol/api.ts';
import { exportName, MEDIA_TYPES } from '../../trace/exports/exporter.ts';
import { packExport } from '../../trace/exports/pack.ts';
import { exporterFor } from '../../trace/exports/registry.ts';
import { openTrace } from '../../trace/source/source.ts';
import { checkReach } from './access.ts';
import { hangUp, pathParam, principalOf, type HttpParts } from './context.ts';

export function exportRoutes(app: Express, parts: HttpParts): void {
  app.get('/v1/traces/:id/export/:format', (request, response) => sendExport(parts, request, response));
}

/** The archive in another format, made while it is sent. Waits for an archive that is being written. */
async function sendExport(parts: HttpParts, request: Request, response: Response): Promise<void> {
  checkReach(principalOf(response), API.getTrace.reach);
  const exporter = exporterFor(pathParam(request, 'format'));
  const traceId = pathParam(request, 'id');
  const { path } = await parts.traces.archive(traceId);
  await using trace = await openTrace(path);
  const content = packExport(exporter, trace, hangUp(parts, response));
  await begun(content);
  response.type(MEDIA_TYPES[exporter.extension]).attachment(exportName(traceId, exporter));
  try {
    await pipeline(content, response);
  } catch (error) {
    // A client that hangs up in the middle of a download needs no answer.
    if (!isHangUp(error)) throw error;
  }
}

/** What goes wrong before the first byte is answered with its status. */
async function begun(content: Readable): Promise<void> {
  await once(content, 'readable');
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
