// The HTTP server: what every request passes, in order, and who answers it.
import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import { DeskreelError } from '../../protocol/errors.ts';
import { keyCheck, placeCheck } from './access.ts';
import { rawBody } from './body.ts';
import { commandRoutes } from './command-routes.ts';
import { ptyRoutes } from './pty-routes.ts';
import type { HttpParts } from './context.ts';
import { desktopRoutes } from './desktop-routes.ts';
import { errorReply } from './error-reply.ts';
import { healthz, metrics, readyz } from './health-routes.ts';
import { mcpRoutes } from './mcp-route.ts';
import { openApiRoute } from './openapi-route.ts';
import { loginPage, loginRoutes, pageRoutes, safeHeaders } from './pages.ts';
import { quickCommand } from './quick-command.ts';
import { bindRoutes } from './routes.ts';
import { importRoutes } from './import-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { archiveRoutes, traceRoutes } from './trace-routes.ts';
import { artifactFileRoute, artifactPartRoute, artifactRoutes } from './artifact-routes.ts';
import { uploadPartRoutes, uploadRoutes } from './upload-routes.ts';
import { acceptUpgrades } from './upgrade.ts';

/** Not listening yet. */
export function httpServer(parts: HttpParts): Server {
  const app = httpApp(parts);
  const server = createServer((request, response) => {
    if (!quickCommand(parts, request, response)) app(request, response);
  });
  acceptUpgrades(server, parts);
  return server;
}

/** All routes but those of WebSockets. */
export function httpApp(parts: HttpParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(placeCheck(parts));
  app.use(safeHeaders);
  healthz(app);
  loginRoutes(app, parts);
  uploadPartRoutes(app, parts);
  artifactPartRoute(app, parts);
  app.use(keyCheck(parts));
  guardedRoutes(app, parts);
  app.use(loginPage);
  app.use(errorReply(parts.log));
  return app;
}

function guardedRoutes(app: Express, parts: HttpParts): void {
  // Before bodies are read whole: an archive may be larger than memory.
  importRoutes(app, parts);
  app.use(rawBody);
  // First, since routes are tried in order: a command is asked for a hundred times as often as anything else.
  commandRoutes(app, parts);
  readyz(app, parts);
  metrics(app, parts);
  openApiRoute(app);
  pageRoutes(app, parts);
  const traces = { ...traceRoutes(parts), ...uploadRoutes(parts), ...artifactRoutes(parts) };
  bindRoutes(app, { ...desktopRoutes(parts), ...traces });
  artifactFileRoute(app, parts);
  archiveRoutes(app, parts);
  exportRoutes(app, parts);
  ptyRoutes(app, parts);
  mcpRoutes(app, parts);
  app.use((request) => {
    throw new DeskreelError('not_found', `there is no ${request.method} ${request.path}`);
  });
}
