// One client's WebSocket to a desktop: either dialect in, one reply a request out.
import type { WebSocket } from 'ws';
import { parseClientFrame } from '../../protocol/codec.ts';
import type { ClientFrame, CuaReply, Reply, RequestId } from '../../protocol/envelope.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { toCuaReply } from '../../protocol/cua-dialect.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Lane } from '../../protocol/lane.ts';
import type { RequestWindow } from '../requests/request-window.ts';
import type { CommandOutcome } from './observer.ts';
import { isSocketSession, namedSession, socketSession } from './session-table.ts';

type Greeting = { hello: { session: string } } | { bye: { session: string } };

const ANONYMOUS: Actor = { kind: 'agent', id: 'client' };

export class ClientSocket {
  readonly #socket: WebSocket;
  readonly #dispatcher: Dispatcher;
  /** Cua's dialect has no ids: answers come in the order of the requests. */
  readonly #inOrder = new Lane();
  #session = socketSession();
  #actor: Actor;
  /** The dialect of the last frame that could be read: what cannot be read is answered in it. */
  #dialect: 'deskreel' | 'cua' = 'deskreel';

  constructor(socket: WebSocket, dispatcher: Dispatcher, actor: Actor = ANONYMOUS) {
    this.#socket = socket;
    this.#dispatcher = dispatcher;
    this.#actor = actor;
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    // A message that is too large, or a connection that broke, ends in `close`.
    socket.on('error', () => undefined);
    socket.on('close', () => dispatcher.sessions.disconnected(this.#session));
  }

  #receive(text: string): void {
    try {
      this.#handle(parseClientFrame(text));
    } catch (thrown) {
      const error = toDeskreelError(thrown);
      if (this.#dialect === 'cua') this.#send({ success: false, error: error.message });
      else this.#send({ id: null, success: false, error: error.toBody() });
    }
  }

  #handle(frame: ClientFrame): void {
    this.#dialect = frame.kind === 'cua' ? 'cua' : 'deskreel';
    switch (frame.kind) {
      case 'hello':
        this.#greet(frame);
        return;
      case 'bye':
        this.#dispatcher.endSession(this.#session);
        this.#send({ bye: { session: this.#session } });
        return;
      case 'request':
        void this.#answer(frame.request);
        return;
      case 'refused':
        this.#send({ id: frame.id, success: false, error: frame.error.toBody() });
        return;
      case 'cancel':
        this.#requests(this.#session)?.cancel(frame.id);
        return;
      case 'cua':
        void this.#inOrder.enter(() => this.#answerCua(frame.command, frame.params));
        return;
    }
  }

  /** From now on it speaks for that session, and may be one of many that do. */
  #greet(hello: Extract<ClientFrame, { kind: 'hello' }>): void {
    const former = this.#session;
    if (hello.session !== undefined || isSocketSession(former)) this.#session = namedSession(hello.session);
    this.#actor = hello.actor ?? this.#actor;
    this.#dispatcher.sessions.disconnected(former);
    this.#send({ hello: { session: this.#session } });
  }

  async #answer(request: Extract<ClientFrame, { kind: 'request' }>['request']): Promise<void> {
    const { id, command, params, step_id: stepId } = request;
    const session = this.#session;
    const from = { session, actor: this.#actor, asker: this };
    const never = new AbortController().signal;
    const outcome = await this.#dispatcher.run({ command, params, requestId: id, stepId, ...from }, never);
    if (this.#requests(session)?.askedLastBy(this, id) ?? true) this.#send(toReply(id, outcome));
  }

  #requests(session: string): RequestWindow | undefined {
    return this.#dispatcher.sessions.find(session)?.requests;
  }

  async #answerCua(command: string, params: Record<string, unknown>): Promise<void> {
    if (command === 'authenticate') {
      // The connection was let in by its key already.
      this.#send({ success: true, message: 'Authentication successful' });
      return;
    }
    const from = { session: this.#session, actor: this.#actor };
    const outcome = await this.#dispatcher.run({ command, params, ...from }, new AbortController().signal);
    this.#send(toCuaReply(outcome));
  }

  #send(message: Reply | CuaReply | Greeting): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

function toReply(id: RequestId, { success, result, error }: CommandOutcome): Reply {
  if (success) return error ? { id, success, error } : { id, success, result };
  return { id, success, error: error ?? { code: 'internal', message: 'the command failed' } };
}
