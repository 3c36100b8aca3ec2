// The document that tells of this API.
import type { Express } from 'express';
import { openApiDocument } from '../openapi/document.ts';
import { packageVersion } from '../package-root.ts';

export function openApiRoute(app: Express): void {
  // The tables do not change while the server runs.
  let document: Record<string, unknown> | undefined;
  app.get('/openapi.json', (_request, response) => {
    document ??= openApiDocument(packageVersion());
    response.json(document);
  });
}
