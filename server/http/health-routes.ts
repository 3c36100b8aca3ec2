// Whether the server lives (open to all), whether it can make desktops, and how much it does.
import type { Express } from 'express';
import { metricsText } from '../metrics/metrics-text.ts';
import { checkReach } from './access.ts';
import { principalOf, type HttpParts } from './context.ts';

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

/** Prometheus's text format. */
export function metrics(app: Express, parts: HttpParts): void {
  app.get('/metrics', (_request, response) => {
    checkReach(principalOf(response), 'server');
    const text = metricsText({
      desktops: parts.registry.list(),
      commands: parts.metrics,
      recorder: parts.traces.metrics,
    });
    response.type('text/plain; version=0.0.4').send(text);
  });
}
