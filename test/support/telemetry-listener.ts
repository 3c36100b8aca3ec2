// A server that usage events are sent to, and that keeps every byte of it.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';

const Batch = z.object({
  batch: z.array(
    z.object({ event: z.string(), distinct_id: z.uuid(), properties: z.record(z.string(), z.unknown()) }),
  ),
});
export type SentEvent = z.output<typeof Batch>['batch'][number];

export class TelemetryListener implements AsyncDisposable {
  readonly #server = createServer();
  /** Requests as they can be read: address, headers, and the body unpacked. */
  readonly texts: string[] = [];
  /** Of all connections, whatever they carried. */
  bytes = 0;
  connections = 0;

  static async start(): Promise<TelemetryListener> {
    const listener = new TelemetryListener();
    await listener.#listen();
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  events(): SentEvent[] {
    return this.texts.flatMap((text) => Batch.parse(parseJson(text.slice(text.indexOf('\n') + 1))).batch);
  }

  /** All that was sent, to be searched. */
  get sent(): string {
    return this.texts.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #listen(): Promise<void> {
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      socket.on('data', (chunk) => (this.bytes += chunk.length));
    });
    this.#server.on('request', (request, response) => {
      void this.#keep(request).then(() => response.end('{}'));
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async #keep(request: IncomingMessage): Promise<void> {
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    this.texts.push(`${request.url} ${JSON.stringify(request.headers)}\n${body.toString()}`);
  }
}
