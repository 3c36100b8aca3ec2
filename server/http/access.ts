// Lets a request through, or not: Host, Origin, key. Used for requests and for upgrades alike.
import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Principal } from '../access/authenticator.ts';
import { desktopPath, keyedPath } from '../access/desktop-path.ts';
import { checkFetchSite, checkHost, checkOrigin } from '../access/origin.ts';
import type { HttpParts } from './context.ts';
import { setPrincipal } from './context.ts';

export interface Admitted {
  readonly principal: Principal;
  /** The path to route by: a desktop's key is replaced by what it stands for. */
  readonly url: string;
}

/** Before any key is looked at: pages of other places get nothing. */
export function checkPlace(parts: HttpParts, request: IncomingMessage): void {
  checkHost(request.headers, parts.host);
  checkOrigin(request.headers);
}

/** Throws `unauthorized`, or `foreign_origin` where a cookie was sent along by another site. */
export function admit(parts: HttpParts, request: IncomingMessage): Admitted {
  const url = request.url ?? '/';
  const keyed = keyedPath(url);
  if (keyed) {
    const desktop = parts.registry.byKey(keyed.key);
    if (!desktop) throw new DeskreelError('unauthorized', 'this key opens no desktop; they die with theirs');
    const principal: Principal = { kind: 'desktop', desktopId: desktop.id };
    return { principal, url: desktopPath(desktop.id, keyed.rest) };
  }
  const principal = parts.authenticator.authenticate(request.headers);
  if (principal.kind === 'server' && principal.by === 'cookie') checkFetchSite(request.headers);
  return { principal, url };
}

export function placeCheck(parts: HttpParts) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    checkPlace(parts, request);
    next();
  };
}

export function keyCheck(parts: HttpParts) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const { principal, url } = admit(parts, request);
    setPrincipal(response, principal);
    request.url = url;
    next();
  };
}

/** A desktop's key opens that desktop, and of it only what is meant for it. */
export function checkReach(principal: Principal, reach: 'server' | 'desktop'): void {
  if (principal.kind === 'server' || reach === 'desktop') return;
  throw new DeskreelError(
    'forbidden',
    'the key of a desktop does not open this; use the token of the server',
  );
}
