// One client's WebSocket to a desktop: either dialect in, one reply a request out.
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { parseClientFrame } from '../../protocol/codec.ts';
import type { ClientFrame, CuaReply, Reply, RequestId } from '../../protocol/envelope.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import { toCuaReply } from '../../protocol/cua-dialect.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Lane } from '../../protocol/lane.ts';
import type { CommandOutcome } from './observer.ts';

const ANONYMOUS: Actor = { kind: 'agent', id: 'client' };

export class ClientSocket {
  readonly #socket: WebSocket;
  readonly #dispatcher: Dispatcher;
  readonly #running = new Map<RequestId, AbortController>();
  /** Cua's dialect has no ids: answers come in the order of the requests. */
  readonly #inOrder = new Lane();
  #session: string = randomUUID();
  #actor: Actor;
  /** The dialect of the last frame that could be read: what cannot be read is answered in it. */
  #dialect: 'deskreel' | 'cua' = 'deskreel';

  constructor(socket: WebSocket, dispatcher: Dispatcher, actor: Actor = ANONYMOUS) {
    this.#socket = socket;
    this.#dispatcher = dispatcher;
    this.#actor = actor;
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    // A message that is too large, or a connection that broke, ends in `close`.
    socket.on('error', () => this.#running.clear());
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
        this.#session = frame.session ?? this.#session;
        this.#actor = frame.actor ?? this.#actor;
        this.#send({ hello: { session: this.#session } });
        return;
      case 'request':
        void this.#answer(frame.request);
        return;
      case 'refused':
        this.#send({ id: frame.id, success: false, error: frame.error.toBody() });
        return;
      case 'cancel':
        this.#running.get(frame.id)?.abort();
        return;
      case 'cua':
        void this.#inOrder.enter(() => this.#answerCua(frame.command, frame.params));
        return;
    }
  }

  async #answer(request: Extract<ClientFrame, { kind: 'request' }>['request']): Promise<void> {
    const { id, command, params, step_id: stepId } = request;
    const stop = this.#running.get(id) ?? new AbortController();
    this.#running.set(id, stop);
    const from = { session: this.#session, actor: this.#actor };
    const outcome = await this.#dispatcher.run(
      { command, params, requestId: id, stepId, ...from },
      stop.signal,
    );
    this.#running.delete(id);
    this.#send(toReply(id, outcome));
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

  #send(message: Reply | CuaReply | { hello: { session: string } }): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

function toReply(id: RequestId, outcome: CommandOutcome): Reply {
  if (outcome.success) return { id, success: true, result: outcome.result };
  return { id, success: false, error: outcome.error ?? { code: 'internal', message: 'the command failed' } };
}
