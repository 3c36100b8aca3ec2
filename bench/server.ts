// A server of the benchmark's own: its own process, port and data folder, all gone at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../test/support/free-port.ts';

export interface BenchServer extends AsyncDisposable {
  readonly token: string;
  /** Its data folder. */
  readonly data: string;
  /** Bytes of its process that are in memory now. */
  memory(): Promise<number>;
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  /** What the path answers, byte for byte. */
  download(path: string): Promise<Buffer>;
}

export async function startBenchServer(): Promise<BenchServer> {
  const data = await mkdtemp(join(tmpdir(), 'deskreel-bench-'));
  const port = await freePort();
  const args = ['cli/main.ts', 'serve', '--port', String(port), '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  return {
    token,
    data,
    memory: async () => residentBytes(await readFile(`/proc/${child.pid}/status`, 'utf8')),
    request: (method, path, body) => request(`http://127.0.0.1:${port}${path}`, method, token, body),
    download: async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(data, { recursive: true });
    },
  };
}

async function request(url: string, method: string, token: string, body: unknown): Promise<unknown> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function residentBytes(status: string): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kib === undefined) throw new Error('the server has ended');
  return Number(kib) * 1024;
}
