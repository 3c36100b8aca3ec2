// A port of this machine at which native VNC viewers find a desktop: what they do goes by way of the server, and is recorded.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWebSocketStream, WebSocket } from 'ws';
import { DeskreelError } from '../../protocol/errors.ts';
import { askForPassword, greet } from './handshake.ts';
import { newPassword } from './vnc-authentication.ts';

export interface VncGatewayOptions {
  /** The desktop's `links.vnc`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** 0 takes a free one. */
  readonly port: number;
  /** Told of a viewer that was not let in, or whose connection broke. */
  readonly onFault: (error: Error) => void;
}

/** For a person to type the password, and then for the desktop to answer. */
const ADMISSION_MS = 120_000;
/** Viewers at once: a desktop is not looked at by more people than that. */
const MOST_VIEWERS = 16;
const HOST = '127.0.0.1';

export class VncGateway implements AsyncDisposable {
  readonly host = HOST;
  readonly port: number;
  /** Other programs of this machine reach the port, too: only who knows this is let in. */
  readonly password: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, password: string) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the port has no number');
    this.port = address.port;
    this.password = password;
    this.#server = server;
    this.#sockets = sockets;
  }

  /** Listens on 127.0.0.1, with a new password. Throws `conflict` where the port is taken. */
  static async open(options: VncGatewayOptions): Promise<VncGateway> {
    const password = newPassword();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      serve(socket, password, options).catch((error: unknown) => {
        socket.destroySoon();
        options.onFault(error instanceof Error ? error : new Error(String(error)));
      });
    });
    server.maxConnections = MOST_VIEWERS;
    server.listen(options.port, HOST);
    await once(server, 'listening').catch((error: unknown) => {
      throw listenError(error, options.port);
    });
    return new VncGateway(server, sockets, password);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function serve(viewer: Socket, password: string, { url, headers }: VncGatewayOptions): Promise<void> {
  viewer.setNoDelay(true);
  // Whoever reads it or writes to it throws the error; between two of them it must not end the process.
  viewer.on('error', () => undefined);
  const signal = AbortSignal.timeout(ADMISSION_MS);
  const asking = await askForPassword(viewer, password, signal);
  const desktop = await enter(url, headers, signal).catch((error: unknown) => {
    asking.refuse(error instanceof Error ? error.message : String(error));
    throw error;
  });
  asking.admit();
  await pipeline(viewer, desktop, viewer).catch((error: unknown) => {
    if (!isHangUp(error)) throw error;
  });
}

async function enter(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Duplex> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const stream = createWebSocketStream(socket);
  // As with the viewer's.
  stream.on('error', () => undefined);
  try {
    await once(socket, 'open', { signal });
    await greet(stream, signal);
    return stream;
  } catch (error) {
    socket.terminate();
    throw error;
  }
}

/** A viewer that is closed breaks off in the middle: that is how viewers end. */
function isHangUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}

function listenError(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE') return error;
  return new DeskreelError(
    'conflict',
    `port ${port} of ${HOST} is taken; --port takes another, 0 any that is free`,
  );
}
