// A trace of the server in a temporary file: it may be larger than memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deskreel } from '../sdk/index.ts';

/** Downloads a trace's ZIP for as long as `work` takes. */
export async function withFetched<T>(
  deskreel: Deskreel,
  traceId: string,
  signal: AbortSignal,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-'));
  try {
    const { path } = await deskreel.saveTrace(traceId, { path: join(folder, 'trace.zip') }, signal);
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
