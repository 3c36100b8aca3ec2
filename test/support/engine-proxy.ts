// A socket in front of the real engine that fails the request it is told to, and counts the rest.
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** `refuse`: answered with 500, the engine never sees it. `cut`: the engine does it, and nobody hears that it did. */
export type Fault = 'refuse' | 'cut';

export interface EngineProxy extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly url: string;
  /** From now on the n-th request of desktops' work fails; 1 is the next. */
  failAt(n: number, fault: Fault): void;
  /** The engine goes away: connections break, and no new one is taken. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What was asked since `failAt`, without what the server watches and lists all the time. */
  readonly asked: readonly string[];
}

/** Ways of the server's own watching: they come at any time and would make counting a matter of luck. */
const BACKGROUND = /\/(events|_ping|networks\?|containers\/json)/;

export async function proxyEngine(socketPath: string): Promise<EngineProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-engine-'));
  const path = join(folder, 'engine.sock');
  const asked: string[] = [];
  let failing = { at: 0, fault: 'refuse' as Fault };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const counted = !BACKGROUND.test(request.url ?? '');
    if (counted) asked.push(`${request.method} ${request.url}`);
    const fault = counted && asked.length === failing.at ? failing.fault : undefined;
    if (fault === 'refuse') {
      response.writeHead(500, { 'Content-Type': 'application/json' });
      response.end('{"message":"injected"}');
      return;
    }
    const { method, url, headers } = request;
    const outgoing = httpRequest({ socketPath, method, path: url, headers });
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    await pipeline(request, outgoing);
    const [incoming] = await answered;
    if (fault === 'cut') {
      incoming.destroy();
      response.destroy();
      return;
    }
    response.writeHead(incoming.statusCode ?? 500, incoming.headers);
    response.flushHeaders();
    await pipeline(incoming, response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const start = async (): Promise<void> => {
    server.listen(path);
    await once(server, 'listening');
  };
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await start();
  return {
    start,
    stop,
    url: `unix://${path}`,
    asked,
    failAt: (at, fault) => {
      asked.length = 0;
      failing = { at, fault };
    },
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await stop();
      await rm(folder, { recursive: true });
    },
  };
}
