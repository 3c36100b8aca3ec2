// Where the server is, and what opens it: options first, then the environment, then the data folder.
import { join } from 'node:path';
import { DeskreelError } from '../protocol/errors.ts';
import { readConfig, type Config } from '../server/config.ts';
import { readIfPresent } from '../server/fs-atomic.ts';
import type { ServerAddress } from './http.ts';
import { defined, type ServerOptions } from './options.ts';

export interface ServerPlace {
  readonly url: string;
  /** Somebody said that the server is there: none is started in its stead. */
  readonly named: boolean;
  readonly config: Config;
}

/** Throws `bad_request` naming the variable that is wrong. */
export function placeOf(options: ServerOptions, environment = process.env): ServerPlace {
  const config = readConfig(defined({ data: options.data, token: options.token }), environment);
  const given = options.url ?? (environment['DESKREEL_URL'] || undefined);
  const url = given ?? `http://${reachable(config.host)}:${config.port}`;
  return { url: url.replace(/\/+$/, ''), named: given !== undefined, config };
}

/** Throws `unauthorized` where no token is known. */
export async function addressOf(place: ServerPlace): Promise<ServerAddress> {
  return { url: place.url, token: place.config.token ?? (await tokenIn(place.config.data)) };
}

async function tokenIn(data: string): Promise<string> {
  const path = join(data, 'token');
  const token = (await readIfPresent(path))?.trim();
  if (token) return token;
  throw new DeskreelError(
    'unauthorized',
    `no server has run on the data folder ${data}, it has no token: start one with \`deskreel serve\`, ` +
      'or set DESKREEL_DATA to its data folder or DESKREEL_TOKEN to its token',
  );
}

/** A server that listens on every address is reached at this machine's own. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
