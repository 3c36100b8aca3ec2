// Who writes or uploads a pending run: one process at a time, and a process that was killed owns nothing.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { isMissing } from '../../../server/fs-atomic.ts';
import type { PendingRun } from './pending.ts';

export type Release = () => Promise<void>;

/** Undefined where another owns it: another process, or another tracer of this one. */
export async function own(run: Pick<PendingRun, 'lines'>): Promise<Release | undefined> {
  // On Linux a socket in the abstract namespace is a lock that ends with its process, however that ends.
  return platform() === 'linux' ? ownBySocket(run) : ownByFile(`${run.lines}.lock`);
}

async function ownBySocket({ lines }: Pick<PendingRun, 'lines'>): Promise<Release | undefined> {
  const name = createHash('sha256').update(lines).digest('hex').slice(0, 32);
  const lock = createServer((socket) => socket.destroy());
  try {
    lock.listen(`\0deskreel-run-${name}`);
    await once(lock, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  lock.unref();
  return async () => {
    if (!lock.listening) return;
    const closed = once(lock, 'close');
    lock.close();
    await closed;
  };
}

/** Elsewhere: a file with the owner's process in it. */
async function ownByFile(path: string): Promise<Release | undefined> {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (await isOwnerAlive(path)) return undefined;
    await rm(path, { force: true });
  }
  return undefined;
}

async function isOwnerAlive(path: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(path, 'utf8')), 0);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
