// The command line of this checkout, run against a test's server.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestServer } from './server.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

export interface Printed {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export async function runCli(
  server: TestServer,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Printed> {
  const child = startCli(server, args, env, cwd);
  const [[status], out, err] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, out, err };
}

/** One that runs until it is told to end. */
export function startCli(
  { url, running, data }: TestServer,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): ChildProcessByStdio<null, Readable, Readable> {
  const own = { DESKREEL_URL: url, DESKREEL_TOKEN: running.token, DESKREEL_DATA: data, ...env };
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...own },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
