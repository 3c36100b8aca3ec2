// One server's link: its calls are executed, each gets exactly one reply, and captures go back on the same socket.
import type { WebSocket } from 'ws';
import { parseToGuest, parseWith } from '../../protocol/codec.ts';
import { COMMANDS, resolveCommand, type CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import {
  packLinkMessage,
  type CaptureWish,
  type FromGuest,
  type GuestStatus,
  type ToGuest,
} from '../../protocol/link.ts';
import type { Captures, SendCapture } from '../capture/captures.ts';
import { runCall, type Execute, type Executed } from './run-call.ts';

export interface LinkParts {
  readonly execute: Execute;
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
    const { call_id: id, timeout_ms: timeoutMs } = message;
    const stop = new AbortController();
    this.#running.set(id, stop);
    const work = (): Promise<Executed> =>
      runCall(command, { id, timeoutMs, cancelled: stop.signal }, (call) =>
        this.#parts.execute(command, params, call),
      );
    try {
      return await this.#captured(message.capture ?? unwished(command), id, work);
    } finally {
      this.#running.delete(id);
    }
  }

  #captured(wish: CaptureWish | undefined, id: string, work: () => Promise<Executed>): Promise<Executed> {
    return wish ? this.#captures.around(id, wish, work) : work();
  }

  #end(): void {
    for (const stop of this.#running.values()) stop.abort();
    this.#running.clear();
    this.#captures.close();
  }
}

/** Every input ends the watch of the one before it, wished for or not. */
function unwished(command: CommandName): CaptureWish | undefined {
  return COMMANDS[command].input ? { before: false, after: false, tree: false } : undefined;
}
