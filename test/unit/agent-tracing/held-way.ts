// A way to a server that stops at a chosen moment, in the middle of a part too, so that an end of it can be killed there.
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { Way } from './way.ts';

/** `bytes`: so many bytes of parts have passed. `asked`: that path was asked, and the answer is still to come. */
export type Moment = { readonly bytes: number } | { readonly asked: RegExp };

export class HeldWay extends Way {
  /** Another one once the server was started again. */
  target: string;
  /** Parts that the server took, and whose answers came through. */
  acknowledged: string[] = [];
  #moment: Moment | undefined;
  #isHeld = false;
  #bytes = 0;
  #reached = Promise.withResolvers<undefined>();

  private constructor(target: string) {
    super();
    this.target = target;
  }

  static to(target: string): Promise<HeldWay> {
    return new HeldWay(target).listen();
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
    this.closeConnections();
  }

  protected handle(request: IncomingMessage, response: ServerResponse, name: string): void {
    const { method = '', headers, url: path = '' } = request;
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
