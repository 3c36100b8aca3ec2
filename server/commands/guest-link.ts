// The server's end of a desktop's link: calls with one reply each, captures to a listener, and reconnection.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { parseFromGuest } from '../../protocol/codec.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import {
  LINK_VERSION,
  unpackLinkMessage,
  type CaptureWish,
  type FromGuest,
  type GuestStatus,
  type KeyFocus,
  type Released,
  type ToGuest,
} from '../../protocol/link.ts';
import { PtyNews } from '../../protocol/pty-stream.ts';
import type { PrivacyRules } from '../../protocol/privacy/rules.ts';
import type { Clock } from '../clock.ts';
import type {
  AskedKeys,
  CaptureMessage,
  CapturePort,
  CommandCall,
  GuestEvent,
  GuestListener,
} from './observer.ts';
import { PendingCalls, type CallMessage, type GuestAnswer } from './pending-calls.ts';

export interface GuestAddress {
  /** `ws://127.0.0.1:32768`; asked for at each attempt, since a restarted container gets another port. */
  readonly url: () => Promise<string>;
  readonly token: string;
}

/** How long a command waits for an agent that is away, to be sent or to be answered. Milliseconds. */
const PATIENCE_MS = 10_000;
/** Beyond a command's own deadline, for the reply to arrive. Milliseconds. */
const GRACE_MS = 2_000;
/** Between two attempts: a tenth of the time that it is away already, within these. */
const RETRY_MS = 50;
const RETRY_LIMIT_MS = 1_000;
/** For the frame before what a person does, who is held up by it. Milliseconds. */
const WATCH_MS = 500;
/** The largest tree or file that a reply may carry. Bytes. */
const REPLY_BYTES = 256 * 1024 * 1024;

/** What is known of a call when it is sent, or was sent by an earlier server. */
export interface SentCall {
  readonly callId: string;
  /** The run of the agent that it was sent to: another one does not know of it. */
  readonly boot: string;
}

export interface CallOptions {
  readonly capture?: CaptureWish | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** It was sent already: the same run of the agent gives the reply that it gave. */
  readonly earlier?: SentCall | undefined;
  /** Just before it is sent; throwing keeps it back. */
  readonly onSend?: ((sent: SentCall) => void) | undefined;
}

export class GuestLink implements CapturePort {
  readonly #address: GuestAddress;
  readonly #clock: Clock;
  readonly #pending = new PendingCalls();
  readonly #listeners = new Set<GuestListener>();
  readonly #asked = new Set<(status: GuestStatus) => void>();
  readonly #focusAsked = new Map<string, (focus: KeyFocus) => void>();
  readonly #watchAsked = new Map<string, () => void>();
  readonly #closed = new AbortController();
  /** Of this desktop's terminals. */
  readonly ptyNews = new PtyNews();
  #socket: WebSocket | undefined;
  #status: GuestStatus | undefined;
  /** The last run of the agent that was there. */
  #boot: string | undefined;
  #up = Promise.withResolvers<undefined>();
  /** Ends when the agent is back. */
  #away = new AbortController();

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

  /**
   * Whether the agent has been there since this server watches the desktop: it tells what must not be recorded, which nobody
   * else knows of what was typed before. Waits for it as a command does.
   */
  async met(signal: AbortSignal): Promise<boolean> {
    if (this.#boot !== undefined) return true;
    try {
      await this.#patient(signal);
      return true;
    } catch (error) {
      if (toDeskreelError(error).code === 'guest_unavailable') return false;
      throw error;
    }
  }

  #patient(signal: AbortSignal): Promise<void> {
    return this.ready(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
  }

  /**
   * Sends a command and waits for its reply. A link that broke is no reason to fail: over the next one the same run of the
   * agent is asked again. Throws `unknown_outcome` where that run has ended.
   */
  async call(call: CommandCall, options: CallOptions): Promise<GuestAnswer> {
    const { callId, session, command, params } = call;
    const { capture, timeoutMs, signal, earlier, onSend } = options;
    if (!this.#isUp()) await this.#patient(signal);
    const boot = this.#boot ?? '';
    if (earlier && earlier.boot !== boot) throw unknownOutcome('the agent was started anew');
    onSend?.({ callId, boot });
    const message: CallMessage = {
      type: 'call',
      call_id: callId,
      session,
      command,
      params,
      timeout_ms: timeoutMs,
      ...(capture ? { capture } : {}),
    };
    const answer = this.#pending.add(message, timeoutMs + GRACE_MS);
    const cancel = (): void => this.#send({ type: 'cancel', call_id: callId });
    signal.addEventListener('abort', cancel, { once: true });
    this.#send(earlier ? { ...message, again: true } : message);
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

  /** See GestureWatch. */
  watch(callId: string, capture: CaptureWish): Promise<unknown> | false {
    if (!this.#isUp()) return false;
    const begun = Promise.withResolvers<undefined>();
    this.#watchAsked.set(callId, () => begun.resolve(undefined));
    AbortSignal.timeout(WATCH_MS).addEventListener('abort', () => begun.resolve(undefined), { once: true });
    this.#send({ type: 'watch', call_id: callId, capture });
    return begun.promise.finally(() => this.#watchAsked.delete(callId));
  }

  watched(callId: string): void {
    this.#send({ type: 'watched', call_id: callId });
  }

  viewerInput(command: string, params: unknown): void {
    this.#send({ type: 'viewer_input', command, params });
  }

  film(on: boolean): void {
    this.#send({ type: 'film', on });
  }

  forgetFrames(): void {
    this.#send({ type: 'forget_frames' });
  }

  async askFocus({ moves, browser, element }: AskedKeys, signal: AbortSignal): Promise<KeyFocus> {
    if (!this.#isUp()) return 'unknown';
    const askId = randomUUID();
    const told = Promise.withResolvers<KeyFocus>();
    const give = (): void => told.resolve('unknown');
    this.#focusAsked.set(askId, told.resolve);
    signal.addEventListener('abort', give, { once: true });
    this.#send({ type: 'ask_focus', ask_id: askId, moves, browser, ...(element ? { element } : {}) });
    try {
      return await told.promise;
    } finally {
      signal.removeEventListener('abort', give);
      this.#focusAsked.delete(askId);
    }
  }

  obey(rules: PrivacyRules, texts: readonly string[]): void {
    this.#send({ type: 'privacy', rules, texts: [...texts] });
  }

  /** Lifts the keys and buttons that a session holds. */
  release(session: string, reason: string): void {
    this.#send({ type: 'release', session, reason });
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
    this.#pending.fail(unknownOutcome('the server let go of the desktop'));
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
    this.#away = new AbortController();
    void this.#giveUpOn(reason, this.#away.signal);
    this.#tell('lost', reason);
  }

  /** Calls that wait for a reply wait for the agent's return, but not for ever. */
  async #giveUpOn(reason: string, back: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(PATIENCE_MS, back);
    } catch (error) {
      if (back.aborted) return;
      throw error;
    }
    this.#pending.fail(unknownOutcome(reason));
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
    if (isCapture(message)) {
      this.#tellCapture(message, png);
      return;
    }
    switch (message.type) {
      case 'hello':
        this.#greet(message);
        return;
      case 'status':
        this.#tellStatus(message.status);
        return;
      case 'focus':
        this.#tellFocus(message.ask_id, message.focus);
        return;
      case 'watching':
        this.#watchAsked.get(message.call_id)?.();
        return;
      case 'reply':
        this.#pending.settle(message, png);
        return;
      case 'pty':
        this.ptyNews.tell(message.pid);
        return;
      case 'released':
        this.#tell('released', describeReleased(message));
        return;
    }
  }

  #tellStatus(status: GuestStatus): void {
    this.#status = status;
    for (const tell of this.#asked) tell(status);
  }

  #tellFocus(askId: string, focus: KeyFocus): void {
    this.#focusAsked.get(askId)?.(focus);
  }

  #tellCapture(message: CaptureMessage, png: Buffer | undefined): void {
    for (const listener of this.#listeners) listener.onCapture(message, png);
  }

  #tell(event: GuestEvent, reason: string): void {
    for (const listener of this.#listeners) listener.onGuest(event, reason);
  }

  #greet({ link, boot, status, secrets = [] }: Extract<FromGuest, { type: 'hello' }>): void {
    if (link !== LINK_VERSION) {
      throw new DeskreelError(
        'guest_unavailable',
        `the image speaks link ${link}, not ${LINK_VERSION}: rebuild it`,
      );
    }
    for (const listener of this.#listeners) listener.onHello(secrets);
    const before = this.#boot;
    this.#status = status;
    this.#boot = boot;
    this.#away.abort();
    this.ptyNews.tellAll();
    if (before !== undefined) this.#tell('back', 'the agent answers again');
    if (before !== boot) this.#pending.fail(unknownOutcome('the agent was started anew'));
    else for (const message of this.#pending.unanswered()) this.#send({ ...message, again: true });
    this.#up.resolve(undefined);
  }
}

function unknownOutcome(reason: string): DeskreelError {
  return new DeskreelError('unknown_outcome', `whether the command was carried out is not known: ${reason}`);
}

function describeReleased({ session, reason, held }: Released): string {
  const buttons = held.buttons.map((button) => `${button} button`);
  const keys = held.keys === 0 ? [] : [held.keys === 1 ? 'a key' : `${held.keys} keys`];
  const whose = session === undefined ? '' : ` of session ${session}`;
  return `${[...buttons, ...keys].join(', ')}${whose}: ${reason}`;
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

const CAPTURES = new Set<FromGuest['type']>(['frame', 'no_frame', 'tree', 'no_tree']);

function isCapture(message: FromGuest): message is CaptureMessage {
  return CAPTURES.has(message.type);
}
