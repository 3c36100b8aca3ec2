// A way to a server that stops at a chosen moment, in the middle of a part too, so that an end of it can be killed there.
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

/** `bytes`: so many bytes of parts have passed. `asked`: that path was asked, and the answer is still to come. */
export type Moment = { readonly bytes: number } | { readonly asked: RegExp };

export class HeldWay {
  /** Another one once the server was started again. */
  target: string;
  /** Methods and paths of all requests. */
  seen: string[] = [];
  /** Parts that the server took, and whose answers came through. */
  acknowledged: string[] = [];
  readonly #server: Server;
  #moment: Moment | undefined;
  #isHeld = false;
  #bytes = 0;
  #reached = Promise.withResolvers<undefined>();

  private constructor(target: string) {
    this.target = target;
    this.#server = createServer((request, response) => this.#pass(request, response));
  }

  static async to(target: string): Promise<HeldWay> {
    const way = new HeldWay(target);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves at that moment. From then on nothing more comes through, until `release`. */
  async holdAt(moment: Moment): Promise<void> {
    this.#moment = moment;
    await this.#reached.promise;
  }

  /** What was held is lost; what comes now passes. */
  release(): void {
    this.#moment = undefined;
    this.#isHeld = false;
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', headers, url: path = '' } = request;
    const name = `${method} ${path.replace(/\?.*/, '')}`;
    this.seen.push(name);
    const { hostname: host, port } = new URL(this.target);
    const onward = httpRequest({ host, port, method, headers, path }, (answer) => {
      if (this.#isHeld) return;
      if (method === 'PUT' && answer.statusCode === 200) this.acknowledged.push(name);
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    // An end that was killed: so does the other see it.
    onward.on('error', () => request.socket.destroy());
    request.on('error', () => onward.destroy());
    request.pipe(this.#gate(method)).pipe(onward);
    const moment = this.#moment;
    if (moment && 'asked' in moment && moment.asked.test(path)) onward.on('finish', () => this.#hold());
  }

  #gate(method: string): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        // Nobody asks for the next piece.
        if (this.#isHeld) return;
        done(null, chunk);
        if (method !== 'PUT') return;
        this.#bytes += chunk.length;
        if (this.#moment && 'bytes' in this.#moment && this.#bytes >= this.#moment.bytes) this.#hold();
      },
    });
  }

  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#reached.resolve(undefined);
  }
}
