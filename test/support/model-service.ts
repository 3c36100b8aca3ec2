// A service that speaks HTTP as a model's provider does and answers from a script, for the providers' official packages.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

export interface ModelService extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** Answers the requests one after the other; one too many gets a 400, which the packages do not repeat. */
export async function startModelService(answers: readonly object[]): Promise<ModelService> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      asked.push({ path, headers: request.headers, body: JSON.parse(body) as Asked['body'] });
      const answer = answers[asked.length - 1];
      response.writeHead(answer ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { error: { message: 'the script is over' } }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
