// One D-Bus connection, to a bus or to one program: pipelined calls, signals, and one event for its loss.
import type { Socket } from 'node:net';
import { BROKEN, DBusError, DISCONNECTED, TIMED_OUT } from './error.ts';
import { ERROR, type Message, MessageStream, METHOD_RETURN, SIGNAL } from './message.ts';
import { callSize, type Method, method, writeCall } from './method.ts';
import { BodyReader } from './reader.ts';
import { openSocket } from './socket.ts';

/** Gets the body of a reply, or the error; `body` is empty then. */
export type OnReply = (error: DBusError | undefined, body: BodyReader) => void;

export interface ConnectOptions {
  readonly address: string;
  readonly signal: AbortSignal;
  /** A bus wants `Hello` first and gives a name; a program's own socket does not. */
  readonly kind: 'bus' | 'peer';
}

export interface AskOptions {
  /** Milliseconds; 2000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly onReply: OnReply;
  readonly owner: object | undefined;
}

const BUS = 'org.freedesktop.DBus';
const HELLO = method(BUS, 'Hello');
const EMPTY = new BodyReader(Buffer.alloc(0), 0, 0);

/** Connects; rejects where nobody answers before `signal` ends. */
export async function connectBus(options: ConnectOptions): Promise<Connection> {
  const connection = new Connection(await openSocket(options.address, options.signal));
  if (options.kind === 'peer') return connection;
  try {
    await connection.ask(BUS, '/org/freedesktop/DBus', HELLO, { signal: options.signal });
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

export class Connection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #signalListeners = new Set<(message: Message) => void>();
  readonly #lostListeners = new Set<(error: DBusError) => void>();
  #serial = 0;
  #outgoing = Buffer.allocUnsafe(16 * 1024);
  #outgoingSize = 0;
  #lost: DBusError | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const stream = new MessageStream((message) => this.#receive(message));
    socket.on('data', (chunk: Buffer) => {
      try {
        stream.push(chunk);
      } catch (error) {
        // Out of step with the peer: nothing after a broken message can be trusted.
        this.#lose(
          error instanceof DBusError ? error : new DBusError(BROKEN, 'a message could not be read', error),
        );
      }
    });
    socket.on('error', (error) => this.#lose(new DBusError(DISCONNECTED, error.message, error)));
    socket.on('close', () => this.#lose(new DBusError(DISCONNECTED, 'the connection was closed')));
  }

  get lost(): DBusError | undefined {
    return this.#lost;
  }

  /** Sends a call; all calls of one turn of the event loop go out together. `onReply` must not throw. */
  call(destination: string | undefined, path: string, call: Method, onReply: OnReply, owner?: object): void {
    if (this.#lost) {
      onReply(this.#lost, EMPTY);
      return;
    }
    this.#serial = (this.#serial % 0xffff_ffff) + 1;
    this.#waiting.set(this.#serial, { onReply, owner });
    this.#reserve(callSize(path, destination, call));
    const at = this.#outgoingSize;
    this.#outgoingSize = writeCall(this.#outgoing, at, this.#serial, path, destination, call);
    // After all sockets of this turn were read: answers lead to calls, and one write for many of them costs least.
    if (at === 0) setImmediate(() => this.#flush());
  }

  /** One call as a promise. Rejects with the error reply, `TIMED_OUT`, `DISCONNECTED` or the signal's reason. */
  ask(
    destination: string | undefined,
    path: string,
    call: Method,
    options: AskOptions = {},
  ): Promise<BodyReader> {
    const { timeoutMs = 2000, signal } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const owner = {};
      const finish = (error: Error | undefined, body: BodyReader): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (error === undefined) resolve(body);
        else reject(error);
      };
      const giveUp = (reason: Error): void => {
        this.abandon(owner);
        finish(reason, EMPTY);
      };
      const onAbort = (): void => {
        giveUp(signal?.reason instanceof Error ? signal.reason : new Error(`${call.name} was given up`));
      };
      const timer = setTimeout(() => {
        giveUp(new DBusError(TIMED_OUT, `${call.name} was not answered within ${timeoutMs} ms`));
      }, timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.call(destination, path, call, finish, owner);
    });
  }

  /** Forgets the calls of `owner`: their replies are dropped when they come. */
  abandon(owner: object): void {
    for (const [serial, waiting] of this.#waiting) {
      if (waiting.owner === owner) this.#waiting.delete(serial);
    }
  }

  /** Signals reach the listener once `AddMatch` was called for them. Returns how to stop. */
  onSignal(listener: (message: Message) => void): () => void {
    this.#signalListeners.add(listener);
    return () => this.#signalListeners.delete(listener);
  }

  /** Called once, when the connection is gone, after the pending calls got their error. */
  onLost(listener: (error: DBusError) => void): void {
    this.#lostListeners.add(listener);
  }

  close(): void {
    this.#lose(new DBusError(DISCONNECTED, 'the connection was closed by this side'));
  }

  #receive(message: Message): void {
    if (message.type === SIGNAL) {
      for (const listener of this.#signalListeners) listener(message);
      return;
    }
    if (message.type !== METHOD_RETURN && message.type !== ERROR) return;
    const waiting = this.#waiting.get(message.replySerial);
    if (!waiting) return;
    this.#waiting.delete(message.replySerial);
    if (message.type === METHOD_RETURN) waiting.onReply(undefined, message.body);
    else waiting.onReply(errorOf(message), EMPTY);
  }

  #reserve(size: number): void {
    const wanted = this.#outgoingSize + size;
    if (wanted <= this.#outgoing.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#outgoing.length * 2));
    this.#outgoing.copy(larger, 0, 0, this.#outgoingSize);
    this.#outgoing = larger;
  }

  #flush(): void {
    if (this.#lost || this.#outgoingSize === 0) return;
    // A copy: the socket may hold on to what it could not write yet.
    this.#socket.write(Buffer.from(this.#outgoing.subarray(0, this.#outgoingSize)));
    this.#outgoingSize = 0;
  }

  #lose(error: DBusError): void {
    if (this.#lost) return;
    this.#lost = error;
    this.#socket.destroy();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { onReply } of waiting) onReply(error, EMPTY);
    for (const listener of this.#lostListeners) listener(error);
  }
}

function errorOf(message: Message): DBusError {
  const text = message.body.done ? message.errorName : message.body.string();
  return new DBusError(message.errorName, text);
}
