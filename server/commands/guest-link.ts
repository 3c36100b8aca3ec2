// The server's end of a desktop's link: calls with one reply each, captures to a listener, and reconnection.
import { WebSocket } from 'ws';
import { parseFromGuest } from '../../protocol/codec.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import {
  LINK_VERSION,
  unpackLinkMessage,
  type CaptureWish,
  type FromGuest,
  type GuestStatus,
  type ToGuest,
} from '../../protocol/link.ts';
import type { Clock } from '../clock.ts';
import type { CapturePort, CommandCall, GuestListener } from './observer.ts';
import { PendingCalls, type GuestAnswer } from './pending-calls.ts';

export interface GuestAddress {
  /** `ws://127.0.0.1:32768`; asked for at each attempt, since a restarted container gets another port. */
  readonly url: () => Promise<string>;
  readonly token: string;
}

/** How long a command waits for an agent that is restarting. Milliseconds. */
const PATIENCE_MS = 10_000;
/** Beyond a command's own deadline, for the reply to arrive. Milliseconds. */
const GRACE_MS = 2_000;
/** Between two attempts: a tenth of the time that it is away already, within these. */
const RETRY_MS = 50;
const RETRY_LIMIT_MS = 1_000;
/** The largest tree or file that a reply may carry. Bytes. */
const REPLY_BYTES = 256 * 1024 * 1024;

export class GuestLink implements CapturePort {
  readonly #address: GuestAddress;
  readonly #clock: Clock;
  readonly #pending = new PendingCalls();
  readonly #listeners = new Set<GuestListener>();
  readonly #asked = new Set<(status: GuestStatus) => void>();
  readonly #closed = new AbortController();
  #socket: WebSocket | undefined;
  #status: GuestStatus | undefined;
  #up = Promise.withResolvers<undefined>();
  #wasUp = false;

  constructor(address: GuestAddress, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
    void this.#keepConnected();
  }

  /** The desktop's state as the agent last told it; undefined while there is no agent. */
  get status(): GuestStatus | undefined {
    return this.#status;
  }

  listen(listener: GuestListener): void {
    this.#listeners.add(listener);
  }

  /** Resolves when the agent answers; rejects when the signal ends first or the link is closed. */
  async ready(signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    await raced(
      this.#up.promise,
      stop,
      () => new DeskreelError('guest_unavailable', 'the desktop does not answer'),
    );
  }

  /** Sends a command and waits for its reply, the agent's restart included. */
  async call(
    call: CommandCall,
    capture: CaptureWish | undefined,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<GuestAnswer> {
    await this.ready(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
    const answer = this.#pending.add(call.callId, timeoutMs + GRACE_MS);
    const cancel = (): void => this.#send({ type: 'cancel', call_id: call.callId });
    signal.addEventListener('abort', cancel, { once: true });
    const { callId, command, params } = call;
    const message = { type: 'call', call_id: callId, command, params, timeout_ms: timeoutMs } as const;
    this.#send(capture ? { ...message, capture } : message);
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  capture(captureId: string, when: 'initial' | 'final', tree: boolean): void {
    if (!this.#isUp()) throw unavailable();
    this.#send({ type: 'capture', capture_id: captureId, when, tree });
  }

  forgetFrames(): void {
    this.#send({ type: 'forget_frames' });
  }

  /** Lifts every held key and button. */
  release(): void {
    this.#send({ type: 'release' });
  }

  /** The desktop's state, looked at anew. Rejects with `guest_unavailable` where no agent answers in time. */
  async freshStatus(signal: AbortSignal): Promise<GuestStatus> {
    await this.ready(signal);
    const told = Promise.withResolvers<GuestStatus>();
    this.#asked.add(told.resolve);
    this.#send({ type: 'get_status' });
    try {
      return await raced(told.promise, signal, unavailable);
    } finally {
      this.#asked.delete(told.resolve);
    }
  }

  close(): void {
    this.#closed.abort();
    this.#socket?.close();
  }

  #isUp(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN && this.#status !== undefined;
  }

  #send(message: ToGuest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  async #keepConnected(): Promise<void> {
    let since = this.#clock.monotonic();
    while (!this.#closed.signal.aborted) {
      const connected = await this.#connectOnce();
      if (connected) since = this.#clock.monotonic();
      const away = this.#clock.monotonic() - since;
      await this.#pause(Math.max(RETRY_MS, Math.min(away / 10, RETRY_LIMIT_MS)));
    }
  }

  async #pause(ms: number): Promise<void> {
    try {
      await this.#clock.sleep(ms, this.#closed.signal);
    } catch (error) {
      if (!this.#closed.signal.aborted) throw error;
    }
  }

  /** One connection from opening to end; true where it had been up. */
  async #connectOnce(): Promise<boolean> {
    let url: string;
    try {
      url = await this.#address.url();
    } catch (error) {
      this.#lost(toDeskreelError(error).message);
      return false;
    }
    const socket = new WebSocket(`${url}/link`, {
      headers: { Authorization: `Bearer ${this.#address.token}` },
      maxPayload: REPLY_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: PATIENCE_MS,
    });
    this.#socket = socket;
    socket.on('message', (data: Buffer, binary: boolean) => this.#receive(socket, data, binary));
    const reason = await new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message));
      socket.on('close', (code) => resolve(`the link closed with ${code}`));
    });
    const wasUp = this.#isUpSince(socket);
    this.#lost(reason);
    return wasUp;
  }

  #isUpSince(socket: WebSocket): boolean {
    return this.#socket === socket && this.#status !== undefined;
  }

  #lost(reason: string): void {
    if (this.#status === undefined) return;
    this.#status = undefined;
    this.#up = Promise.withResolvers<undefined>();
    this.#pending.fail(new DeskreelError('unknown_outcome', `the agent went away while this ran: ${reason}`));
    for (const listener of this.#listeners) listener.onGuest('lost', reason);
  }

  #receive(socket: WebSocket, data: Buffer, binary: boolean): void {
    try {
      if (binary) {
        const { header, png } = unpackLinkMessage(data);
        this.#handle(parseFromGuest(header), png);
      } else {
        this.#handle(parseFromGuest(data.toString('utf8')), undefined);
      }
    } catch (error) {
      // What breaks the link's own rules cannot be trusted with the next message either.
      socket.close(1007, toDeskreelError(error).message.slice(0, 100));
    }
  }

  #handle(message: FromGuest, png: Buffer | undefined): void {
    switch (message.type) {
      case 'hello':
        this.#greet(message.link, message.status);
        return;
      case 'status':
        this.#status = message.status;
        for (const tell of this.#asked) tell(message.status);
        return;
      case 'reply':
        this.#pending.settle(message, png);
        return;
      case 'frame':
      case 'no_frame':
      case 'tree':
      case 'no_tree':
        for (const listener of this.#listeners) listener.onCapture(message, png);
        return;
    }
  }

  #greet(version: number, status: GuestStatus): void {
    if (version !== LINK_VERSION) {
      throw new DeskreelError(
        'guest_unavailable',
        `the image speaks link ${version}, not ${LINK_VERSION}: rebuild it`,
      );
    }
    this.#status = status;
    if (this.#wasUp)
      for (const listener of this.#listeners) listener.onGuest('back', 'the agent answers again');
    this.#wasUp = true;
    this.#up.resolve(undefined);
  }
}

function unavailable(): DeskreelError {
  return new DeskreelError('guest_unavailable', 'the desktop does not answer; its agent may be restarting');
}

function raced<T>(work: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reason());
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
