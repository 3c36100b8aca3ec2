// What every route may use, and what is known of the one request that it answers.
import type { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import type { Authenticator, Principal } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import type { ContainerDriver } from '../containers/driver.ts';
import type { Desktop } from '../desktops/desktop.ts';
import type { Registry } from '../desktops/registry.ts';
import type { Log } from '../log.ts';
import type { CommandMetrics } from '../metrics/command-metrics.ts';
import type { TraceStore } from '../recorder/traces-store.ts';
import type { Artifacts } from '../uploads/artifacts.ts';
import type { Uploads } from '../uploads/uploads.ts';

export interface HttpParts {
  registry: Registry;
  driver: ContainerDriver;
  traces: TraceStore;
  uploads: Uploads;
  artifacts: Artifacts;
  authenticator: Authenticator;
  clock: Clock;
  log: Log;
  metrics: CommandMetrics;
  /** The address that the server was told to listen on. */
  host: string;
  /** Ends when the server stops. */
  closing: AbortSignal;
}

/** Who asks, as the access check found out; every route behind it has one. */
export function principalOf(response: Response): Principal {
  // Express types `locals` as any record; only `setPrincipal` writes this field.
  return (response.locals as { principal: Principal }).principal;
}

export function setPrincipal(response: Response, principal: Principal): void {
  response.locals['principal'] = principal;
}

/** One part of the path that a route's pattern names. */
export function pathParam(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/** The desktop that the path names. Throws `not_found`. */
export function desktopOf(parts: HttpParts, request: Request): Desktop {
  return parts.registry.get(pathParam(request, 'id'));
}

/** Ends when the client hangs up before it was answered, or the server stops. */
export function hangUp(parts: HttpParts, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return AbortSignal.any([gone.signal, parts.closing]);
}
