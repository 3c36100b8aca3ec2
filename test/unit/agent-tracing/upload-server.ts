// Deskreel's server as uploads need it: without an engine, inside the test.
import { join } from 'node:path';
import { startServer } from '../../../server/app.ts';
import { readConfig } from '../../../server/config.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

export interface UploadServer {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
  post(path: string, body: object, token?: string): Promise<Answer>;
  put(url: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  bytes(path: string): Promise<Buffer>;
  traces(): Promise<{ trace_id: string; run_id: string; state: string; name: string | null }[]>;
}

export async function uploadServer(folder: string): Promise<UploadServer> {
  const base = readConfig({ port: 0, data: join(folder, 'server') });
  const config = { ...base, engine: { ...base.engine, dockerHost: 'unix:///nowhere.sock' } };
  const running = await startServer(config, { writeLog: () => undefined });
  const { url, token } = running;
  const send = async (to: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(to, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, text, body: isJson ? (JSON.parse(text) as unknown) : undefined };
  };
  const key = { authorization: `Bearer ${token}` };
  return {
    url,
    token,
    close: () => running.close(),
    post: (path, body, other = token) =>
      send(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${other}` },
        body: JSON.stringify(body),
      }),
    put: (to, body, headers) => send(to, { method: 'PUT', headers, body: new Uint8Array(Buffer.from(body)) }),
    delete: (path) => send(`${url}${path}`, { method: 'DELETE', headers: key }),
    bytes: async (path) => Buffer.from(await (await fetch(`${url}${path}`, { headers: key })).arrayBuffer()),
    traces: async () => {
      const { body } = await send(`${url}/v1/traces`, { headers: key });
      return (body as { traces: Awaited<ReturnType<UploadServer['traces']>> }).traces;
    },
  };
}
