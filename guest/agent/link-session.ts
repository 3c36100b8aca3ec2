// One server's link: each of its calls gets exactly one reply, and captures go back on the same socket.
import type { WebSocket } from 'ws';
import { parseToGuest, parseWith } from '../../protocol/codec.ts';
import { COMMANDS, resolveCommand } from '../../protocol/commands/table.ts';
import {
  packLinkMessage,
  type CaptureWish,
  type FromGuest,
  type GuestStatus,
  type ToGuest,
} from '../../protocol/link.ts';
import type { PtyNews } from '../../protocol/pty-stream.ts';
import type { Captures, SendCapture } from '../capture/captures.ts';
import type { LinkFrame } from './call-memory.ts';
import type { CallMessage, CallRunner } from './call-runner.ts';
import type { PrivacyGuard } from '../privacy/guard.ts';
import type { TypingWatch } from '../privacy/typing.ts';
import type { Sessions } from './sessions.ts';

export interface LinkParts {
  /** Shared by all links. */
  readonly calls: CallRunner;
  readonly sessions: Sessions;
  readonly guard: Pick<PrivacyGuard, 'obey'>;
  readonly typing: Pick<TypingWatch, 'ask' | 'askElement' | 'given'>;
  readonly createCaptures: (send: SendCapture) => Captures;
  readonly hello: () => FromGuest;
  /** Looks at the desktop's parts; the answer is sent over the link. */
  readonly status: () => Promise<GuestStatus>;
  readonly ptyNews: PtyNews;
  readonly onFault: (error: unknown) => void;
}

export class LinkSession {
  readonly #socket: WebSocket;
  readonly #parts: LinkParts;
  readonly #captures: Captures;
  readonly #stopNews: () => void;
  /** What people do by viewers and have not done yet, by the calls that it is recorded as. */
  readonly #watched = new Map<string, () => void>();

  constructor(socket: WebSocket, parts: LinkParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#captures = parts.createCaptures((message, png) => this.send(message, png));
    parts.calls.linkOpened();
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    socket.on('close', () => this.#end());
    this.#stopNews = parts.ptyNews.listen((pid) => this.send({ type: 'pty', pid }));
    this.send(parts.hello());
  }

  send(message: FromGuest, png?: Uint8Array): void {
    this.#sendFrame(png ? packLinkMessage(message, png) : JSON.stringify(message));
  }

  #sendFrame(frame: LinkFrame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
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
    const { calls, sessions, onFault } = this.#parts;
    switch (message.type) {
      case 'call':
        this.#answer(message).catch(onFault);
        return;
      case 'cancel':
        calls.cancel(message.call_id);
        return;
      case 'watch':
        this.#watch(message.call_id, message.capture).catch(onFault);
        return;
      case 'watched':
        this.#watched.get(message.call_id)?.();
        return;
      case 'viewer_input':
        this.#viewerInput(message).catch(onFault);
        return;
      case 'capture':
        this.#captures.capture(message.capture_id, message.when, message.tree).catch(onFault);
        return;
      case 'film':
        this.#captures.film(message.on);
        return;
      case 'forget_frames':
        this.#captures.forget();
        return;
      case 'release':
        sessions.release(message.session, message.reason).catch(onFault);
        return;
      case 'ask_focus':
        this.#tellFocus(message).catch(onFault);
        return;
      case 'privacy':
        this.#parts.guard.obey(message.rules, message.texts);
        return;
      case 'get_status':
        this.#tellStatus().catch(onFault);
        return;
    }
  }

  async #answer(message: CallMessage): Promise<void> {
    this.#sendFrame(await this.#parts.calls.reply(message, this.#captures));
  }

  async #watch(callId: string, wish: CaptureWish): Promise<void> {
    const done = Promise.withResolvers<void>();
    // It may be over before the frame before it is taken.
    this.#watched.set(callId, done.resolve);
    try {
      await this.#captures.around(callId, wish, () => {
        this.send({ type: 'watching', call_id: callId });
        return done.promise;
      });
    } finally {
      this.#watched.delete(callId);
    }
  }

  async #viewerInput({ command, params }: Extract<ToGuest, { type: 'viewer_input' }>): Promise<void> {
    const name = resolveCommand(command);
    if (name)
      await this.#parts.typing.given(name, parseWith(COMMANDS[name].params, params, name, 'bad_params'));
  }

  async #tellFocus(asked: Extract<ToGuest, { type: 'ask_focus' }>): Promise<void> {
    const { ask_id, moves, browser, element } = asked;
    const { typing } = this.#parts;
    const focus = element ? await typing.askElement(element) : await typing.ask(moves, browser);
    this.send({ type: 'focus', ask_id, focus });
  }

  async #tellStatus(): Promise<void> {
    this.send({ type: 'status', status: await this.#parts.status() });
  }

  #end(): void {
    this.#stopNews();
    for (const done of this.#watched.values()) done();
    this.#captures.close();
    this.#parts.calls.linkClosed();
  }
}
