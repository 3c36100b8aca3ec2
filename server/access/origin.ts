// Keeps web pages of other places out: by the Host that was asked for, the Origin of the page, and what the browser says of both.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { DeskreelError } from '../../protocol/errors.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const ALL_ADDRESSES = new Set(['0.0.0.0', '::', '[::]']);
/** What a browser says of a request that no other site caused. */
const OWN_SITE = new Set(['same-origin', 'none']);

/**
 * A Host that is not one of this server's names comes from a page whose name was made to point here: throws
 * `foreign_host`. A server that listens on all addresses is known by any address, never by an unknown name.
 */
export function checkHost(headers: IncomingHttpHeaders, configured: string): void {
  const name = hostName(headers.host);
  if (name !== undefined && (LOOPBACK.has(name) || name === configured.toLowerCase())) return;
  if (name !== undefined && ALL_ADDRESSES.has(configured) && isAddress(name)) return;
  throw new DeskreelError('foreign_host', `this server is not known by that Host; ask for localhost`);
}

/** Throws `foreign_origin` unless the page, where there is one, came from this very server. */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  const { origin, host } = headers;
  if (origin === undefined) return;
  if (URL.parse(origin)?.host === host?.toLowerCase()) return;
  throw new DeskreelError('foreign_origin', 'requests from pages of other origins are refused');
}

/** A cookie goes along by itself, so the browser must also say that no other site is behind the request. */
export function checkFetchSite(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  if (site === undefined || (typeof site === 'string' && OWN_SITE.has(site))) return;
  throw new DeskreelError('foreign_origin', 'requests that another site caused are refused');
}

function hostName(host: string | undefined): string | undefined {
  return host === undefined ? undefined : URL.parse(`http://${host}`)?.hostname;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/[[\]]/g, '')) !== 0;
}
