// Uploads of runs, over HTTP: Predicate's protocol. The parts go to addresses that carry a key of their own.
import type { Express, Request } from 'express';
import type { HttpParts } from './context.ts';
import { pathParam } from './context.ts';
import { originOf } from './links.ts';
import type { ApiHandlers } from './routes.ts';

type Names = 'initUpload' | 'initScreenshots' | 'initIndexUpload' | 'completeUpload';

export function uploadRoutes({ uploads }: HttpParts): Pick<ApiHandlers, Names> {
  return {
    initUpload: async ({ body, request }) => {
      const goal = body.metadata?.['goal'];
      const name = typeof goal === 'string' && goal !== '' ? goal.slice(0, 120) : null;
      return { upload_url: originOf(request) + (await uploads.init(body.run_id, name)) };
    },
    initScreenshots: async ({ body, request }) => {
      const paths = Object.entries(await uploads.screenshots(body.run_id, body.sequences));
      const urls = paths.map(([sequence, path]) => [sequence, originOf(request) + path]);
      return { upload_urls: Object.fromEntries(urls) as Record<string, string> };
    },
    initIndexUpload: async ({ body, request }) => ({
      upload_url: originOf(request) + (await uploads.index(body.run_id)),
    }),
    completeUpload: ({ body }) => uploads.complete(body.run_id),
  };
}

/** Before the key check and before bodies are read: the address is the key, and a trace may be larger than memory. */
export function uploadPartRoutes(app: Express, { uploads }: HttpParts): void {
  const put = async (request: Request, part: string): Promise<void> => {
    const key = request.query['key'];
    await uploads.put(pathParam(request, 'id'), part, request, {
      key: typeof key === 'string' ? key : '',
      gzip: request.headers['content-encoding'] === 'gzip',
      contentType: (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    });
  };
  app.put('/v1/uploads/:id/screenshots/:sequence', async (request, response) => {
    await put(request, `screenshots/${pathParam(request, 'sequence')}`);
    response.json({});
  });
  app.put('/v1/uploads/:id/:part', async (request, response) => {
    await put(request, pathParam(request, 'part'));
    response.json({});
  });
}
