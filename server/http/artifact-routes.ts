// Artifacts of runs, over HTTP: Predicate's protocol to bring them, and what they are read with.
import type { Express, Request, Response } from 'express';
import { API } from '../../protocol/api.ts';
import { checkReach } from './access.ts';
import { pathParam, principalOf, type HttpParts } from './context.ts';
import { originOf } from './links.ts';
import type { ApiHandlers } from './routes.ts';
import { sendFile } from './send-file.ts';

type Names = 'initArtifacts' | 'completeArtifacts' | 'listArtifacts';

export function artifactRoutes({ artifacts, traces }: HttpParts): Pick<ApiHandlers, Names> {
  return {
    initArtifacts: ({ body, request }) => artifacts.init(body.run_id, body.artifacts, originOf(request)),
    completeArtifacts: async ({ body }) => {
      const artifact_count = await artifacts.complete(body.run_id, body.artifact_index_key);
      return { run_id: body.run_id, artifact_count };
    },
    listArtifacts: async ({ request }) => {
      const { run_id } = await traces.info(pathParam(request, 'id'));
      return { run_id, artifacts: [...(await artifacts.list(run_id))] };
    },
  };
}

/** Before the key check and before bodies are read: the address is the key, and an artifact may be larger than memory. */
export function artifactPartRoute(app: Express, { artifacts }: HttpParts): void {
  app.put('/v1/artifacts/:id/:part', async (request, response) => {
    const key = request.query['key'];
    await artifacts.put(pathParam(request, 'id'), pathParam(request, 'part'), request, {
      key: typeof key === 'string' ? key : '',
      gzip: request.headers['content-encoding'] === 'gzip',
    });
    response.json({});
  });
}

export function artifactFileRoute(app: Express, parts: HttpParts): void {
  app.get('/v1/traces/:id/artifacts/*name', (request, response) => sendArtifact(parts, request, response));
}

/** To be saved, and never shown: whoever uploaded it chose what it says of itself. */
async function sendArtifact(parts: HttpParts, request: Request, response: Response): Promise<void> {
  checkReach(principalOf(response), API.listArtifacts.reach);
  const { run_id: runId } = await parts.traces.info(pathParam(request, 'id'));
  const { path, artifact } = await parts.artifacts.file(runId, wildcard(request));
  response.type(artifact.content_type).attachment(artifact.name.split('/').at(-1));
  await sendFile(response, path);
}

function wildcard(request: Request): string {
  const parts: unknown = request.params['name'];
  return Array.isArray(parts) ? parts.join('/') : '';
}
