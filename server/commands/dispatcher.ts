// The one path of a command, for every client: validate, order, tell the observers, ask the guest, tell them again.
import { randomUUID } from 'node:crypto';
import { checkedParams, deadlineOf, knownCommand } from '../../protocol/commands/request.ts';
import { commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import type { RequestId } from '../../protocol/envelope.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import { mergedWish, type CaptureWish } from '../../protocol/link.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { GuestLink } from './guest-link.ts';
import { Lane } from '../../protocol/lane.ts';
import type { CommandCall, CommandObserver, CommandOutcome } from './observer.ts';
import { withPicture } from './picture.ts';
import { failure } from './outcome.ts';
import type { Session } from './session.ts';
import { SessionTable } from './session-table.ts';
import type { Way } from '../requests/request-window.ts';

export interface CommandRequest {
  readonly command: string;
  readonly params: unknown;
  /** Given: executed once in its session, whatever is sent again. */
  readonly requestId?: RequestId | undefined;
  readonly session: string;
  readonly actor: Actor;
  readonly stepId?: string | undefined;
  /** Who is to get the answer; of several that ask for the same, the last. */
  readonly asker?: unknown;
}

type Checked = { params: unknown } | { error: DeskreelError };

export class Dispatcher {
  readonly sessions: SessionTable;
  readonly #guest: GuestLink;
  readonly #observers: readonly CommandObserver[];
  readonly #lane = new Lane();

  constructor(guest: GuestLink, observers: readonly CommandObserver[], sessions = new SessionTable()) {
    this.#guest = guest;
    this.#observers = observers;
    this.sessions = sessions;
  }

  /** Always resolves: what went wrong is an outcome with `success: false`. */
  async run(request: CommandRequest, signal: AbortSignal): Promise<CommandOutcome> {
    const session = this.sessions.get(request.session);
    const { requestId: id, params, asker } = request;
    try {
      const command = knownCommand(request.command);
      const run = (way: Way): Promise<CommandOutcome> => this.#run(request, command, session, way);
      if (id === undefined) return await run({ signal });
      return await session.requests.ask({ id, command, params, asker, signal }, run);
    } catch (error) {
      return failure(toDeskreelError(error), 0);
    }
  }

  /** Ends a session: what it holds is lifted. Its requests are remembered. */
  endSession(id: string): void {
    void this.#lane.enter(() => {
      this.#guest.release(id, 'the session ended');
      return Promise.resolve();
    });
  }

  async #run(
    request: CommandRequest,
    command: CommandName,
    session: Session,
    way: Way,
  ): Promise<CommandOutcome> {
    const call: CommandCall = {
      callId: way.earlier?.callId ?? randomUUID(),
      requestId: request.requestId,
      command,
      params: request.params,
      actor: request.actor,
      session: session.id,
      stepId: request.stepId,
    };
    try {
      return await this.#inTurn(call, session, way);
    } catch (error) {
      return failure(toDeskreelError(error), 0);
    }
  }

  #inTurn(call: CommandCall, session: Session, way: Way): Promise<CommandOutcome> {
    if (!commandSpec(call.command).input) return session.inputDone().then(() => this.#meet(call, way));
    const work = this.#lane.enter(async () => {
      const outcome = await this.#meet(call, way);
      // The guest does so for what reached it; what did not must not leave a button down either.
      if (!outcome.success) this.#guest.release(session.id, `its ${call.command} failed`);
      return outcome;
    });
    // The order of a session's input is kept whatever becomes of it; its outcome is told to who asked for it.
    session.noteInput(work.catch(() => undefined));
    return work;
  }

  /** No command is told to anybody before the agent has said what must not be recorded. */
  async #meet(call: CommandCall, way: Way): Promise<CommandOutcome> {
    const from = performance.now();
    try {
      for (const observer of this.#observers) observer.admits?.();
    } catch (error) {
      return failure(toDeskreelError(error), 0);
    }
    if (await this.#guest.met(way.signal)) {
      if (commandSpec(call.command).input) {
        for (const observer of this.#observers) await observer.beforeInput?.(call, way.signal);
      }
      return this.#execute(call, way);
    }
    const error = way.signal.aborted
      ? cancelled()
      : new DeskreelError('guest_unavailable', 'the desktop does not answer');
    // It is not known what of the parameters may be recorded: nothing is.
    const told = { ...call, params: undefined };
    return this.#told(told, () => Promise.resolve(failure(error, performance.now() - from)));
  }

  async #execute(request: CommandCall, way: Way): Promise<CommandOutcome> {
    const from = performance.now();
    const checked = check(request.command, request.params);
    const call = 'params' in checked ? { ...request, params: checked.params } : request;
    const outcome = await this.#told(call, () =>
      'error' in checked ? Promise.resolve(failure(checked.error, 0)) : this.#ask(call, way, from),
    );
    return outcome.image ? withPicture(call, outcome) : outcome;
  }

  /** Does it, with the observers told before and after. */
  async #told(call: CommandCall, work: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
    const from = performance.now();
    try {
      for (const observer of this.#observers) observer.onCall(call);
    } catch (error) {
      return failure(toDeskreelError(error), performance.now() - from);
    }
    const outcome = await work();
    for (const observer of this.#observers) observer.onReply(call, outcome);
    for (const observer of this.#observers) {
      const durable = observer.durable?.();
      if (durable) await durable;
    }
    return outcome;
  }

  async #ask(call: CommandCall, way: Way, from: number): Promise<CommandOutcome> {
    const { signal } = way;
    try {
      if (signal.aborted) throw cancelled();
      const limits = { capture: this.#wish(call), timeoutMs: deadlineOf(call.command, call.params) };
      const { reply, png } = await this.#guest.call(call, { ...way, ...limits });
      const image = reply.image && png ? { info: reply.image, png } : undefined;
      const error = reply.error && { ...reply.error, details: reply.error.details };
      return {
        success: reply.success,
        result: reply.result,
        error,
        durationMs: performance.now() - from,
        image,
        imagePrivate: reply.image_private,
        recorded: reply.recorded,
      };
    } catch (error) {
      return failure(toDeskreelError(error), performance.now() - from);
    }
  }

  #wish(call: CommandCall): CaptureWish | undefined {
    return mergedWish(this.#observers.map((observer) => observer.wish(call)));
  }
}

function cancelled(): DeskreelError {
  return new DeskreelError('cancelled', 'the command was cancelled before it began');
}

function check(command: CommandName, params: unknown): Checked {
  try {
    return { params: checkedParams(command, params) };
  } catch (error) {
    return { error: toDeskreelError(error) };
  }
}
