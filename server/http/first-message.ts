// Cua's own socket, which brings no key: its first message is `authenticate` with one. Until then nothing is answered.
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { AUTHENTICATED } from '../../protocol/cua-dialect.ts';
import type { CuaReply } from '../../protocol/envelope.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { Clock } from '../clock.ts';

/** How long such a socket may take. Milliseconds. */
const FIRST_MESSAGE_MS = 10_000;
/** Such sockets at a time; who comes beyond is refused as one without a key. */
const WAITING = 32;
/** What such a socket may send. Bytes. */
const FIRST_MESSAGE_BYTES = 16 * 1024;
/** "Policy violation", as RFC 6455 names it. */
const REFUSED = 1008;

const Authenticate = z.object({
  command: z.literal('authenticate'),
  params: z.object({ api_key: z.string().max(1000), container_name: z.string().max(200).default('') }),
});

const FIRST = 'the first message is `authenticate` with `api_key` and `container_name`, the desktop';

/** What a client sends to be let in. */
export type Credentials = z.output<typeof Authenticate>['params'];

export interface FirstMessageParts {
  readonly clock: Clock;
  /** Ends when the server stops. */
  readonly closing: AbortSignal;
  /** Serves the socket with what these open. Throws where they open nothing. */
  readonly open: (credentials: Credentials, ws: WebSocket) => void;
}

export class FirstMessages {
  readonly #parts: FirstMessageParts;
  #waiting = 0;

  constructor(parts: FirstMessageParts) {
    this.#parts = parts;
  }

  get full(): boolean {
    return this.#waiting >= WAITING;
  }

  /** Takes a socket over until its first message; `raw` is what it runs over. */
  await(raw: Duplex, ws: WebSocket): void {
    this.#waiting += 1;
    const over = new AbortController();
    let bytes = 0;
    const count = (piece: Buffer): void => {
      bytes += piece.length;
      if (bytes > FIRST_MESSAGE_BYTES) ws.terminate();
    };
    const onMessage = (data: Buffer): void => {
      over.abort();
      this.#answer(data.toString('utf8'), ws);
    };
    raw.on('data', count);
    ws.once('message', onMessage);
    ws.once('close', () => over.abort());
    ws.on('error', () => over.abort());
    over.signal.addEventListener('abort', () => {
      this.#waiting -= 1;
      raw.off('data', count);
      ws.off('message', onMessage);
    });
    void this.#limit(ws, over.signal);
  }

  async #limit(ws: WebSocket, over: AbortSignal): Promise<void> {
    const { clock, closing } = this.#parts;
    const signal = AbortSignal.any([over, closing]);
    await clock.sleep(FIRST_MESSAGE_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (!over.aborted) refuse(ws, FIRST);
  }

  #answer(text: string, ws: WebSocket): void {
    let credentials: Credentials;
    try {
      credentials = parseWith(Authenticate, parseJson(text), 'authenticate').params;
    } catch {
      // Whatever else it is, it is not answered.
      refuse(ws, FIRST);
      return;
    }
    try {
      this.#parts.open(credentials, ws);
      send(ws, AUTHENTICATED);
    } catch (thrown) {
      const error = toDeskreelError(thrown);
      send(ws, { success: false, error: error.message });
      refuse(ws, 'this key does not open it');
    }
  }
}

/** For a key that opens nothing, or not this. */
export function notAuthenticated(): DeskreelError {
  return new DeskreelError('unauthorized', 'Authentication failed');
}

function send(ws: WebSocket, reply: CuaReply): void {
  ws.send(JSON.stringify(reply));
}

function refuse(ws: WebSocket, reason: string): void {
  ws.close(REFUSED, reason);
}
