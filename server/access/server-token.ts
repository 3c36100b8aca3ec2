// The key of the whole server: from the configuration, or a file made at the first start.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { privateDir, readIfPresent, writeFileAtomic } from '../fs-atomic.ts';
import { newSecret } from '../ids.ts';

export function tokenFile(data: string): string {
  return join(data, 'token');
}

export async function serverToken(config: Pick<Config, 'data' | 'token'>): Promise<string> {
  if (config.token !== undefined) return config.token;
  const path = tokenFile(config.data);
  const kept = (await readIfPresent(path))?.trim();
  if (kept) return kept;
  const token = newSecret('drs');
  await privateDir(config.data);
  await writeFileAtomic(path, `${token}\n`);
  return token;
}
