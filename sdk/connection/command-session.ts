// A client's conversation with one desktop, over as many connections as it takes.
// Ids belong to the session: what was asked before a connection broke is asked again by the same id, and done once.
import { randomUUID } from 'node:crypto';
import { commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import { MAX_MESSAGE_BYTES, type RequestId } from '../../protocol/envelope.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { errorFromBody, type ReplyFrame } from '../../protocol/server-frame.ts';
import { systemClock, type Clock } from '../../server/clock.ts';
import { backoffDelay } from './backoff.ts';
import { isFinal, openConnection, type Connection } from './connection.ts';

/** Options of every command. */
export interface CallOptions {
  /**
   * Milliseconds until the call is given up with `timeout` and cancelled at the server. By default what the command
   * table allows, the command's own `timeout`, and a minute for those that were asked before it.
   */
  timeoutMs?: number;
  /** Cancels the call: it throws `cancelled` at once, and the server stops the command if it has not ended. */
  signal?: AbortSignal;
  /** The step that the command belongs to; kept in the trace. */
  stepId?: string;
}

export interface SessionOptions {
  /** Of the desktop's socket: `ws://…/v1/desktops/<id>/ws`. */
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly actor?: Actor | undefined;
  readonly clock?: Clock;
  /** Milliseconds in which a lost connection must be found again; then what is asked fails. Default 30 000. */
  readonly patienceMs?: number;
}

interface Pending {
  readonly text: string;
  /** What it last went out over: from then on only the answer tells whether it was carried out. */
  sentOver: Connection | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: DeskreelError) => void;
}

/** For the commands before this one in the desktop's lane. Milliseconds. */
const QUEUE_MS = 60_000;

export class CommandSession {
  readonly id = randomUUID();
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #ended = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  #count = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Connects now, so that a wrong address or token is told before the first command. */
  async open(): Promise<void> {
    this.#connect();
    await this.#connecting;
    if (!this.#connection) throw new DeskreelError('guest_unavailable', 'the connection was closed');
  }

  /** Runs a command once and gives its result as the wire has it. Throws the server's error. */
  async call(command: CommandName, params: object, options: CallOptions = {}): Promise<unknown> {
    if (this.#ended.signal.aborted) throw closed();
    if (options.signal?.aborted) {
      throw new DeskreelError('cancelled', `${command} was cancelled before it was sent`, {
        cause: options.signal.reason,
      });
    }
    const id = ++this.#count;
    const text = JSON.stringify({ id, command, params, step_id: options.stepId });
    refuseTooLarge(command, text);
    const given = Promise.withResolvers<unknown>();
    const release = this.#giveUpOn(id, options, options.timeoutMs ?? defaultTimeout(command, params));
    this.#pending.set(id, { text, sentOver: undefined, ...given });
    this.#flush();
    try {
      return await given.promise;
    } finally {
      release();
    }
  }

  /** Ends the conversation; what is still asked fails with `cancelled`. */
  close(): void {
    this.#ended.abort();
    this.#failAll(() => closed());
    // What the session holds down is lifted at once.
    this.#connection?.send(JSON.stringify({ bye: true }));
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Watches the call's deadline and signal. Returns what ends the watch. */
  #giveUpOn(id: RequestId, options: CallOptions, timeoutMs: number): () => void {
    const end = (code: 'timeout' | 'cancelled', message: string, cause?: unknown): void => {
      const pending = this.#pending.get(id);
      if (!pending) return;
      this.#pending.delete(id);
      if (pending.sentOver) this.#connection?.send(JSON.stringify({ id, cancel: true }));
      pending.reject(new DeskreelError(code, `${message}; it may have been carried out`, { cause }));
    };
    const { signal } = options;
    const onAbort = (): void => end('cancelled', 'the command was cancelled', signal?.reason);
    const onDeadline = (): void => end('timeout', `the command was not answered in ${timeoutMs} ms`);
    const timer = Number.isFinite(timeoutMs) ? setTimeout(onDeadline, timeoutMs) : undefined;
    signal?.addEventListener('abort', onAbort, { once: true });
    return () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  /** Sends what has not gone over the present connection, in the order in which it was asked. */
  #flush(): void {
    const connection = this.#connection;
    if (!connection) {
      this.#connect();
      return;
    }
    for (const pending of this.#pending.values()) {
      if (pending.sentOver === connection) continue;
      pending.sentOver = connection;
      connection.send(pending.text);
    }
  }

  #connect(): void {
    if (this.#connection || this.#connecting) return;
    this.#connecting = this.#findServer().finally(() => (this.#connecting = undefined));
    // Who waits in open() is told by the promise, who waits for a command by the rejection of that command.
    this.#connecting.catch((error: unknown) =>
      this.#failAll((sent) => lostError(toDeskreelError(error), sent)),
    );
  }

  async #findServer(): Promise<void> {
    const until = this.#clock.monotonic() + (this.#options.patienceMs ?? 30_000);
    for (let failures = 0; ; failures += 1) {
      await this.#clock.sleep(backoffDelay(failures, Math.random()), this.#ended.signal);
      try {
        this.#adopt(await this.#openConnection());
        return;
      } catch (thrown) {
        const error = toDeskreelError(thrown, 'guest_unavailable');
        if (isFinal(error) || this.#clock.monotonic() > until) throw error;
      }
    }
  }

  #openConnection(): Promise<Connection> {
    const { url, headers, actor } = this.#options;
    const hello = JSON.stringify({ hello: { session: this.id, actor } });
    return openConnection({
      url,
      headers,
      hello,
      onReply: (frame) => this.#settle(frame),
      onLost: (error) => this.#lost(error),
    });
  }

  #adopt(connection: Connection): void {
    if (this.#ended.signal.aborted) {
      connection.close();
      return;
    }
    // It may have broken before this was reached: nobody would tell of it a second time.
    if (!connection.open) throw new DeskreelError('guest_unavailable', 'the connection broke as it was made');
    this.#connection = connection;
    this.#flush();
  }

  #settle(frame: ReplyFrame): void {
    // Without an id the server could not read what was sent: no single call can be told apart from the others.
    if (frame.id === null) {
      this.#failAll(() => (frame.error ? errorFromBody(frame.error) : closed()));
      return;
    }
    const pending = this.#pending.get(frame.id);
    this.#pending.delete(frame.id);
    // A success with an error is one whose answer is not kept.
    if (frame.error) pending?.reject(errorFromBody(frame.error));
    else if (frame.success) pending?.resolve(frame.result);
  }

  #lost(error: DeskreelError): void {
    this.#connection = undefined;
    if (error.code === 'too_large') {
      this.#failAll((sent) => lostError(error, sent));
      return;
    }
    if (this.#pending.size > 0) this.#connect();
  }

  #failAll(reason: (sent: boolean) => DeskreelError): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) pending.reject(reason(pending.sentOver !== undefined));
  }
}

function closed(): DeskreelError {
  return new DeskreelError('cancelled', 'the session was closed');
}

function lostError(error: DeskreelError, sent: boolean): DeskreelError {
  if (!sent || isFinal(error) || error.code === 'too_large') return error;
  const message = `${error.message}; whether the command was carried out is not known`;
  return new DeskreelError('unknown_outcome', message, { cause: error });
}

function refuseTooLarge(command: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_MESSAGE_BYTES) return;
  throw new DeskreelError(
    'too_large',
    `${command}: ${bytes} bytes in one message, ${MAX_MESSAGE_BYTES} at the most; send it in parts`,
  );
}

function defaultTimeout(command: CommandName, params: object): number {
  const own = 'timeout' in params && typeof params.timeout === 'number' ? params.timeout * 1000 : 0;
  return commandSpec(command).timeoutMs + own + QUEUE_MS;
}
