// One WebSocket to a desktop, from its handshake to its end. What it was for is the session's business.
import { WebSocket } from 'ws';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import { parseServerFrame, type ReplyFrame } from '../../protocol/server-frame.ts';
import { errorFrom } from '../http.ts';

/** Answers may be larger than requests: a tree or a picture of a large screen. Bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** Milliseconds between signs of life; a server that gives none for that long is taken for gone. */
const HEARTBEAT_MS = 15_000;
const HANDSHAKE_MS = 10_000;

export interface Connection {
  /** False once it broke, also before anybody was told. */
  readonly open: boolean;
  send(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** The frame that opens the conversation. */
  readonly hello: string;
  onReply(frame: ReplyFrame): void;
  /** Called once, and only after the connection had been opened. */
  onLost(error: DeskreelError): void;
}

/** A refusal that will be the same at the next attempt. */
export function isFinal(error: DeskreelError): boolean {
  return ['unauthorized', 'forbidden', 'foreign_host', 'foreign_origin', 'not_found'].includes(error.code);
}

/** Resolves when the server has answered the hello. Throws what the server refused with, or `guest_unavailable`. */
export function openConnection(options: ConnectionOptions): Promise<Connection> {
  const socket = new WebSocket(options.url, {
    headers: options.headers,
    perMessageDeflate: false,
    maxPayload: MAX_ANSWER_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
  });
  return new Promise((resolve, reject) => {
    let opened = false;
    let lost = new DeskreelError('guest_unavailable', 'the connection to the server was closed');
    const give = (): void => {
      opened = true;
      resolve({
        get open() {
          return socket.readyState === WebSocket.OPEN;
        },
        send: (text) => socket.send(text),
        close: () => socket.close(),
      });
    };
    socket.on('open', () => socket.send(options.hello));
    socket.on('message', (data: Buffer) => {
      try {
        const frame = parseServerFrame(data.toString('utf8'));
        if ('hello' in frame) give();
        else if ('id' in frame) options.onReply(frame);
      } catch (error) {
        lost = toDeskreelError(error);
        socket.terminate();
      }
    });
    socket.on('error', (cause) => (lost = unavailable(cause)));
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        lost = errorFrom(response.statusCode ?? 500, Buffer.concat(chunks).toString('utf8'));
        reject(lost);
        socket.terminate();
      });
    });
    socket.on('close', (code, reason) => {
      if (code === 1009) lost = new DeskreelError('too_large', 'the server refused a message as too large');
      else if (reason.length > 0) lost = unavailable(new Error(reason.toString('utf8')));
      if (opened) options.onLost(lost);
      else reject(lost);
    });
    watchLife(socket);
  });
}

function watchLife(socket: WebSocket): void {
  let alive = true;
  const beat = setInterval(() => {
    if (!alive) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
    alive = socket.readyState === WebSocket.CONNECTING;
  }, HEARTBEAT_MS);
  const seen = (): void => void (alive = true);
  socket.on('pong', seen);
  socket.on('message', seen);
  socket.on('close', () => clearInterval(beat));
}

function unavailable(cause: Error): DeskreelError {
  return new DeskreelError('guest_unavailable', `the connection to the server failed: ${cause.message}`, {
    cause,
  });
}
