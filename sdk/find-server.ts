// Which server to speak to: the one that was named, the one of our data folder, or one inside this process.
import { setTimeout as delay } from 'node:timers/promises';
import { DeskreelError } from '../protocol/errors.ts';
import { urlFile } from '../server/data-folder.ts';
import { readIfPresent } from '../server/fs-atomic.ts';
import { addressOf, placeOf, type ServerPlace } from './address.ts';
import { EmbeddedServers } from './embedded.ts';
import { HttpClient } from './http.ts';
import type { ServerOptions } from './options.ts';
import { startEmbedded } from './start-embedded.ts';

export interface FoundServer {
  readonly http: HttpClient;
  readonly release: () => Promise<void>;
}

/** Milliseconds that whatever listens there may take to show that it is a Deskreel server. */
const PROBE_MS = 10_000;
/** Milliseconds between looks at a server that another process is about to start or to end. */
const RIVAL_MS = 200;
const RIVAL_LOOKS = 75;

/**
 * A process has one server for each data folder, whoever in it asks: two would write to the same files. So this one
 * list lives as long as the process.
 */
const PROCESS_SERVERS = new EmbeddedServers(startEmbedded);

/** `start` allows one inside this process, where none answers and none was named. */
export async function findServer(
  options: ServerOptions,
  start: boolean,
  signal?: AbortSignal,
  servers: EmbeddedServers = PROCESS_SERVERS,
): Promise<FoundServer> {
  const place = placeOf(options);
  if (place.named) return running(new HttpClient(await addressOf(place)), signal);
  // Another process may be starting or ending a server of the same folder: then neither answers for a moment.
  for (let looks = 0; ; looks += 1) {
    const found = await answering(place, start, signal);
    if (found) return found;
    try {
      const { address, release } = await servers.acquire({ ...place.config, host: '127.0.0.1', port: 0 });
      return { http: new HttpClient(address), release };
    } catch (error) {
      if (!isConflict(error) || looks === RIVAL_LOOKS) throw error;
    }
    await delay(RIVAL_MS, undefined, signal ? { signal } : {});
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof DeskreelError && error.code === 'conflict';
}

async function running(http: HttpClient, signal?: AbortSignal): Promise<FoundServer> {
  const deadline = AbortSignal.timeout(PROBE_MS);
  await http.api('listDesktops', { signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
  return { http, release: () => Promise.resolve() };
}

/** The server of our data folder, if one answers: at the usual place, or at the place that it wrote down. */
async function answering(
  place: ServerPlace,
  start: boolean,
  signal?: AbortSignal,
): Promise<FoundServer | undefined> {
  const tokenWasGiven = place.config.token !== undefined;
  const written = (await readIfPresent(urlFile(place.config.data)))?.trim();
  if (written && written !== place.url) {
    try {
      return await running(new HttpClient(await addressOf({ ...place, url: written })), signal);
    } catch (error) {
      // A server that was killed leaves the line behind.
      if (!isNotOurs(error, tokenWasGiven)) throw error;
    }
  }
  try {
    return await running(new HttpClient(await addressOf(place)), signal);
  } catch (error) {
    if (start && isNotOurs(error, tokenWasGiven)) return undefined;
    throw error;
  }
}

/** Nothing listens there, something else does, or a server of another data folder. */
function isNotOurs(error: unknown, tokenWasGiven: boolean): boolean {
  if (!(error instanceof DeskreelError)) return false;
  if (error.code === 'unauthorized' || error.code === 'forbidden') return !tokenWasGiven;
  return error.code === 'guest_unavailable' || error.code === 'not_found';
}
