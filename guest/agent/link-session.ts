// One server's link: its calls are executed, each gets exactly one reply, and captures go back on the same socket.
import type { WebSocket } from 'ws';
import { parseToGuest, parseWith } from '../../protocol/codec.ts';
import { COMMANDS, resolveCommand, type CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { FrameInfo } from '../../protocol/frame.ts';
import {
  packLinkMessage,
  type CaptureWish,
  type FromGuest,
  type GuestStatus,
  type ToGuest,
} from '../../protocol/link.ts';
import type { Captures, SendCapture } from '../capture/captures.ts';
import type { Call } from '../handlers.ts';

/** What a handler gave; a picture travels beside the result as bytes. */
export interface Executed {
  result: unknown;
  image?: { info: FrameInfo; png: Uint8Array };
}

export interface LinkParts {
  readonly execute: (command: CommandName, params: unknown, call: Call) => Promise<Executed>;
  readonly createCaptures: (send: SendCapture) => Captures;
  readonly releaseAll: () => Promise<void>;
  readonly hello: () => FromGuest;
  /** Looks at the desktop's parts; the answer is sent over the link. */
  readonly status: () => Promise<GuestStatus>;
  readonly onFault: (error: unknown) => void;
}

type CallMessage = Extract<ToGuest, { type: 'call' }>;

export class LinkSession {
  readonly #socket: WebSocket;
  readonly #parts: LinkParts;
  readonly #captures: Captures;
  readonly #running = new Map<string, AbortController>();

  constructor(socket: WebSocket, parts: LinkParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#captures = parts.createCaptures((message, png) => this.send(message, png));
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    socket.on('close', () => this.#end());
    this.send(parts.hello());
  }

  send(message: FromGuest, png?: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(png ? packLinkMessage(message, png) : JSON.stringify(message));
  }

  #receive(text: string): void {
    try {
      this.#handle(parseToGuest(text));
    } catch (error) {
      // The server validates before it sends: what arrives broken is a fault of the link itself.
      this.#parts.onFault(error);
      this.#socket.close(1007, 'not a link message');
    }
  }

  #handle(message: ToGuest): void {
    switch (message.type) {
      case 'call':
        void this.#answer(message);
        return;
      case 'cancel':
        this.#running.get(message.call_id)?.abort();
        return;
      case 'capture':
        this.#captures.capture(message.capture_id, message.when, message.tree).catch(this.#parts.onFault);
        return;
      case 'forget_frames':
        this.#captures.forget();
        return;
      case 'release':
        this.#parts.releaseAll().catch(this.#parts.onFault);
        return;
      case 'get_status':
        this.#tellStatus().catch(this.#parts.onFault);
        return;
    }
  }

  async #tellStatus(): Promise<void> {
    this.send({ type: 'status', status: await this.#parts.status() });
  }

  async #answer(message: CallMessage): Promise<void> {
    const started = Date.now();
    const from = performance.now();
    const times = (): { started_ms: number; duration_ms: number } => ({
      started_ms: started,
      duration_ms: performance.now() - from,
    });
    const reply = { type: 'reply', call_id: message.call_id } as const;
    try {
      const { result, image } = await this.#run(message);
      if (image) this.send({ ...reply, success: true, result, image: image.info, ...times() }, image.png);
      else this.send({ ...reply, success: true, result, ...times() });
    } catch (thrown) {
      const error = toDeskreelError(thrown, 'command_failed').toBody();
      this.send({ ...reply, success: false, error, ...times() });
    }
  }

  async #run(message: CallMessage): Promise<Executed> {
    const command = resolveCommand(message.command);
    if (!command) throw new DeskreelError('unknown_command', `this agent has no command ${message.command}`);
    const params = parseWith(COMMANDS[command].params, message.params, command, 'bad_params');
    const stop = new AbortController();
    const limit = AbortSignal.timeout(message.timeout_ms);
    const call: Call = { id: message.call_id, signal: AbortSignal.any([stop.signal, limit]) };
    this.#running.set(message.call_id, stop);
    try {
      const work = (): Promise<Executed> =>
        untilAborted(this.#parts.execute(command, params, call), call.signal);
      return await this.#captured(message.capture ?? unwished(command), call, work);
    } catch (error) {
      throw limit.aborted ? timedOut(command, message.timeout_ms, error) : error;
    } finally {
      this.#running.delete(message.call_id);
    }
  }

  #captured(wish: CaptureWish | undefined, call: Call, work: () => Promise<Executed>): Promise<Executed> {
    return wish ? this.#captures.around(call.id, wish, work) : work();
  }

  #end(): void {
    for (const stop of this.#running.values()) stop.abort();
    this.#running.clear();
    this.#captures.close();
  }
}

/** A handler that does not heed its signal must not keep its caller waiting. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new DeskreelError('cancelled', 'the command was cancelled'));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Every input ends the watch of the one before it, wished for or not. */
function unwished(command: CommandName): CaptureWish | undefined {
  return COMMANDS[command].input ? { before: false, after: false, tree: false } : undefined;
}

function timedOut(command: string, milliseconds: number, cause: unknown): DeskreelError {
  return new DeskreelError('timeout', `${command} was not done within ${milliseconds} ms`, { cause });
}
