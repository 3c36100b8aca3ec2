// A way to a server that is not always good: it fails, refuses, is silent, breaks off, or loses an answer.
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Way } from './way.ts';

/** `break`: the connection ends after some bytes. */
type Turn = 'pass' | 'fail' | 'refuse' | 'silent' | 'break';

export class FaultyWay extends Way {
  /** What happens to the next requests, one after the other; then all pass. */
  plan: Turn[] = [];
  /** Requests that fail for as long as this is set. */
  broken: RegExp | undefined;
  /** Requests that reach the server, but whose answers do not come back. */
  lost: RegExp | undefined;
  readonly #target: URL;

  private constructor(target: string) {
    super();
    this.#target = new URL(target);
  }

  static to(target: string): Promise<FaultyWay> {
    return new FaultyWay(target).listen();
  }

  protected handle(request: IncomingMessage, response: ServerResponse): void {
    const isBroken = this.broken?.test(request.url ?? '') === true;
    const turn = this.plan.shift() ?? (isBroken ? 'fail' : 'pass');
    this.#turns[turn](request, response);
  }

  readonly #turns: Record<Turn, (request: IncomingMessage, response: ServerResponse) => void> = {
    pass: (request, response) => this.#pass(request, response, this.lost?.test(request.url ?? '') === true),
    break: (request) => void request.once('readable', () => request.socket.destroy()),
    silent: () => undefined,
    fail: (request, response) => void response.writeHead(500).end('{}', () => request.resume()),
    refuse: (request, response) => void response.writeHead(403).end('{}', () => request.resume()),
  };

  /** The server takes this way's address for its own: what it answers leads here again. */
  #pass(request: IncomingMessage, response: ServerResponse, isLost: boolean): void {
    const { hostname: host, port } = this.#target;
    const { method, headers, url: path } = request;
    const onward = httpRequest({ host, port, method, headers, path }, (answer) => {
      if (isLost) {
        answer.resume().on('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }
}
