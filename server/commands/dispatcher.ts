// The one path of a command, for every client: validate, order, tell the observers, ask the guest, tell them again.
import { randomUUID } from 'node:crypto';
import { checkedParams, deadlineOf, knownCommand } from '../../protocol/commands/request.ts';
import { commandSpec, type CommandName } from '../../protocol/commands/table.ts';
import type { RequestId } from '../../protocol/envelope.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/primitives.ts';
import type { GuestLink } from './guest-link.ts';
import { Lane } from '../../protocol/lane.ts';
import type { CommandCall, CommandObserver, CommandOutcome } from './observer.ts';
import { withPicture } from './picture.ts';
import { SessionTable, type Session } from './session.ts';

export interface CommandRequest {
  readonly command: string;
  readonly params: unknown;
  /** Given: executed once in its session, whatever is sent again. */
  readonly requestId?: RequestId | undefined;
  readonly session: string;
  readonly actor: Actor;
  readonly stepId?: string | undefined;
}

type Checked = { params: unknown } | { error: DeskreelError };

export class Dispatcher {
  readonly #guest: GuestLink;
  readonly #observers: readonly CommandObserver[];
  readonly #lane = new Lane();
  readonly #sessions = new SessionTable();

  constructor(guest: GuestLink, observers: readonly CommandObserver[]) {
    this.#guest = guest;
    this.#observers = observers;
  }

  /** Always resolves: what went wrong is an outcome with `success: false`. */
  async run(request: CommandRequest, signal: AbortSignal): Promise<CommandOutcome> {
    const session = this.#sessions.get(request.session);
    const { requestId } = request;
    try {
      const command = knownCommand(request.command);
      const start = (): Promise<CommandOutcome> => this.#start(request, command, session, signal);
      if (requestId === undefined) return await start();
      return await session.once(requestId, command, request.params, start);
    } catch (error) {
      return failure(toDeskreelError(error), 0);
    }
  }

  #start(
    request: CommandRequest,
    command: CommandName,
    session: Session,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const call: CommandCall = {
      callId: randomUUID(),
      requestId: request.requestId,
      command,
      params: request.params,
      actor: request.actor,
      session: session.id,
      stepId: request.stepId,
    };
    if (!commandSpec(command).input) return session.inputDone().then(() => this.#execute(call, signal));
    const work = this.#lane.enter(async () => {
      for (const observer of this.#observers) await observer.beforeInput?.(call, signal);
      return this.#execute(call, signal);
    });
    // The order of a session's input is kept whatever becomes of it; its outcome is told to who asked for it.
    session.noteInput(work.catch(() => undefined));
    return work;
  }

  async #execute(request: CommandCall, signal: AbortSignal): Promise<CommandOutcome> {
    const from = performance.now();
    const checked = check(request.command, request.params);
    const call = 'params' in checked ? { ...request, params: checked.params } : request;
    try {
      for (const observer of this.#observers) observer.onCall(call);
    } catch (error) {
      return failure(toDeskreelError(error), performance.now() - from);
    }
    const outcome = 'error' in checked ? failure(checked.error, 0) : await this.#ask(call, signal, from);
    for (const observer of this.#observers) observer.onReply(call, outcome);
    return outcome.image ? withPicture(call, outcome) : outcome;
  }

  async #ask(call: CommandCall, signal: AbortSignal, from: number): Promise<CommandOutcome> {
    try {
      if (signal.aborted) throw new DeskreelError('cancelled', 'the command was cancelled before it began');
      const { reply, png } = await this.#guest.call(
        call,
        this.#wish(call),
        deadlineOf(call.command, call.params),
        signal,
      );
      const image = reply.image && png ? { info: reply.image, png } : undefined;
      const error = reply.error && { ...reply.error, details: reply.error.details };
      return {
        success: reply.success,
        result: reply.result,
        error,
        durationMs: performance.now() - from,
        image,
      };
    } catch (error) {
      return failure(toDeskreelError(error), performance.now() - from);
    }
  }

  #wish(call: CommandCall): ReturnType<CommandObserver['wish']> {
    const wishes = this.#observers
      .map((observer) => observer.wish(call))
      .filter((wish) => wish !== undefined);
    if (wishes.length === 0) return undefined;
    return {
      before: wishes.some((wish) => wish.before),
      after: wishes.some((wish) => wish.after),
      tree: wishes.some((wish) => wish.tree),
    };
  }
}

function check(command: CommandName, params: unknown): Checked {
  try {
    return { params: checkedParams(command, params) };
  } catch (error) {
    return { error: toDeskreelError(error) };
  }
}

function failure(error: DeskreelError, durationMs: number): CommandOutcome {
  return { success: false, result: undefined, error: error.toBody(), durationMs, image: undefined };
}
