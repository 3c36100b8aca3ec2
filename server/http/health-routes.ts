// Whether the server lives (open to all) and whether it can make desktops.
import type { Express } from 'express';
import type { HttpParts } from './context.ts';

export function healthz(app: Express): void {
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
}

export function readyz(app: Express, parts: HttpParts): void {
  app.get('/readyz', async (_request, response) => {
    await parts.driver.check(parts.closing);
    response.json({ status: 'ok', desktops: parts.registry.list().length });
  });
}
