// The data folder: this server's name, and the right to be the only one that uses it.
import { createServer, type Server } from 'node:net';
import { platform } from 'node:os';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { DeskreelError } from '../protocol/errors.ts';
import { privateDir, readIfPresent, writeFileAtomic } from './fs-atomic.ts';
import { newId } from './ids.ts';

/** What this server's containers are labelled with; made at the first start. */
export async function serverId(data: string): Promise<string> {
  const path = join(data, 'instance');
  const kept = (await readIfPresent(path))?.trim();
  if (kept) return kept;
  const id = newId('s', 16);
  await privateDir(data);
  await writeFileAtomic(path, `${id}\n`);
  return id;
}

/**
 * Two servers on one folder would both take over the same desktops. A socket in Linux's abstract namespace is a lock that
 * a killed process cannot leave behind; elsewhere there is none. Throws `conflict`. Returns how to let go.
 */
export async function lockDataFolder(id: string, data: string): Promise<() => Promise<void>> {
  if (platform() !== 'linux') return () => Promise.resolve();
  const lock = createServer();
  try {
    lock.listen(`\0deskreel-${id}`);
    await once(lock, 'listening');
  } catch (cause) {
    throw new DeskreelError('conflict', `another server uses ${data}; stop it, or use another --data`, {
      cause,
    });
  }
  lock.unref();
  return () => closed(lock);
}

/** Where the folder's server listens, for clients that know the folder. A server that was killed leaves it behind. */
export function urlFile(data: string): string {
  return join(data, 'url');
}

/** Returns how to take it back. */
export async function announceUrl(data: string, url: string): Promise<() => Promise<void>> {
  await writeFileAtomic(urlFile(data), `${url}\n`);
  return () => rm(urlFile(data), { force: true });
}

async function closed(server: Server): Promise<void> {
  const end = once(server, 'close');
  server.close();
  await end;
}
