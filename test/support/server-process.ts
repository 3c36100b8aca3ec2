// The server as users start it, a process of its own, for tests that kill it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface ServeOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Beside the environment of the test. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServerProcess {
  readonly url: string;
  readonly token: string;
  /** The rows that it logged so far: what goes wrong. */
  readonly log: readonly string[];
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** `deskreel serve` on the folder; resolves when it listens. */
export async function serveProcess(data: string, options: ServeOptions = {}): Promise<ServerProcess> {
  const child = spawnServer(data, options);
  const log: string[] = [];
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (row) => log.push(row));
  const url = await listening(child);
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  return { url, token, log, kill: () => killed(child) };
}

/** Starts one as `serveProcess` does and kills it after so many milliseconds, whether it listens by then or not. */
export async function killedStart(data: string, afterMs: number, options: ServeOptions = {}): Promise<void> {
  const child = spawnServer(data, options);
  child.stdout?.resume();
  child.stderr?.resume();
  const kill = setTimeout(() => child.kill('SIGKILL'), afterMs);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(kill);
  if (signal !== 'SIGKILL') throw new Error(`the server ended by itself, with ${code}`);
}

function spawnServer(data: string, { port = 0, env = {} }: ServeOptions): ChildProcess {
  const args = [CLI, 'serve', '--data', data, '--port', String(port), '--json'];
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function listening(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}
