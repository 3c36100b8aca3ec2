// The command line of this checkout, run against a test's server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestServer } from './server.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

export interface Printed {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export async function runCli(
  { url, running, data }: TestServer,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Printed> {
  const own = { DESKREEL_URL: url, DESKREEL_TOKEN: running.token, DESKREEL_DATA: data, ...env };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...own },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[status], out, err] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, out, err };
}
