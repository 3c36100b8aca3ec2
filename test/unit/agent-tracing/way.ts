// A way to a server that a test stands in: it listens on a port of its own, and notes what is asked.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export abstract class Way {
  /** Methods and paths of all requests. */
  seen: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const name = `${request.method ?? ''} ${(request.url ?? '').replace(/\?.*/, '')}`;
      this.seen.push(name);
      this.handle(request, response, name);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** `name`: as it stands in `seen`. */
  protected abstract handle(request: IncomingMessage, response: ServerResponse, name: string): void;

  protected async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  protected closeConnections(): void {
    this.#server.closeAllConnections();
  }
}
