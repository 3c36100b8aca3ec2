// One server's link: each of its calls gets exactly one reply, and captures go back on the same socket.
import type { WebSocket } from 'ws';
import { parseToGuest } from '../../protocol/codec.ts';
import { packLinkMessage, type FromGuest, type GuestStatus, type ToGuest } from '../../protocol/link.ts';
import type { PtyNews } from '../../protocol/pty-stream.ts';
import type { Captures, SendCapture } from '../capture/captures.ts';
import type { LinkFrame } from './call-memory.ts';
import type { CallMessage, CallRunner } from './call-runner.ts';
import type { PrivacyGuard } from '../privacy/guard.ts';
import type { TypingWatch } from '../privacy/typing.ts';
import { GestureWatch } from './gesture-watch.ts';
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

type Handlers = {
  readonly [T in ToGuest['type']]: (message: Extract<ToGuest, { type: T }>) => void | Promise<void>;
};

export class LinkSession {
  readonly #socket: WebSocket;
  readonly #parts: LinkParts;
  readonly #captures: Captures;
  readonly #stopNews: () => void;
  readonly #gestures: GestureWatch;
  readonly #handlers: Handlers;

  constructor(socket: WebSocket, parts: LinkParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#captures = parts.createCaptures((message, png) => this.send(message, png));
    this.#gestures = new GestureWatch({
      captures: this.#captures,
      typing: parts.typing,
      send: (message) => this.send(message),
    });
    this.#handlers = this.#createHandlers(parts);
    parts.calls.linkOpened();
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    socket.on('close', () => this.#end());
    this.#stopNews = parts.ptyNews.listen((pid) => this.send({ type: 'pty', pid }));
    this.send(parts.hello());
  }

  #createHandlers({ calls, sessions, guard }: LinkParts): Handlers {
    const captures = this.#captures;
    const gestures = this.#gestures;
    return {
      call: (message) => this.#answer(message),
      cancel: (message) => calls.cancel(message.call_id),
      watch: (message) => gestures.watch(message.call_id, message.capture),
      watched: (message) => gestures.end(message.call_id),
      viewer_input: (message) => gestures.given(message),
      capture: ({ capture_id: id, when, tree }) => captures.capture(id, when, tree),
      film: ({ on }) => captures.film(on),
      forget_frames: () => captures.forget(),
      release: ({ session, reason }) => sessions.release(session, reason),
      ask_focus: (message) => this.#tellFocus(message),
      privacy: ({ rules, texts }) => guard.obey(rules, texts),
      get_status: () => this.#tellStatus(),
    };
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
    // The handler is that of this very message; TypeScript cannot follow that from a type to a union's member.
    const handle = this.#handlers[message.type] as (message: ToGuest) => void | Promise<void>;
    handle(message)?.catch(this.#parts.onFault);
  }

  async #answer(message: CallMessage): Promise<void> {
    this.#sendFrame(await this.#parts.calls.reply(message, this.#captures));
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
    this.#gestures.close();
    this.#captures.close();
    this.#parts.calls.linkClosed();
  }
}
