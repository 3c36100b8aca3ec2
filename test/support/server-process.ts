// The server as users start it, a process of its own, for tests that kill it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  readonly token: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** `deskreel serve` on the folder, at a free port or at that one; resolves when it listens. */
export async function serveProcess(data: string, port = 0): Promise<ServerProcess> {
  const args = [CLI, 'serve', '--data', data, '--port', String(port), '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await listening(child);
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  return {
    url,
    token,
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}
