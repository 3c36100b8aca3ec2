// Calls of a recording that are under way, and what is written of a call and of its reply.
import { commandSpec } from '../../protocol/commands/table.ts';
import type { CaptureWish } from '../../protocol/link.ts';
import type { TraceOptions } from '../../protocol/tracing.ts';
import type { RowData } from '../../trace/format.ts';
import type { CommandCall, CommandOutcome } from '../commands/observer.ts';
import type { Cause } from './capture-writer.ts';
import { recordedArgs, recordedError, recordedResult, type Secrets } from './withholding.ts';

export interface OpenCall extends Cause {
  readonly callId: string;
  readonly method: string;
  readonly wish: CaptureWish | undefined;
  readonly secrets: Secrets;
  /** The guest was asked for what is wished. */
  asked: boolean;
  replied: boolean;
}

export class OpenCalls {
  readonly #calls = new Map<string, OpenCall>();
  #answered: PromiseWithResolvers<undefined> | undefined;

  get(callId: string): OpenCall | undefined {
    return this.#calls.get(callId);
  }

  add(call: OpenCall): void {
    this.#calls.set(call.callId, call);
  }

  replied(call: OpenCall): void {
    call.replied = true;
    if (this.#allReplied()) this.#answered?.resolve(undefined);
  }

  forget(callId: string): void {
    this.#calls.delete(callId);
  }

  /** Resolves when every call has its reply. */
  async answered(): Promise<void> {
    if (this.#allReplied()) return;
    this.#answered ??= Promise.withResolvers();
    await this.#answered.promise;
  }

  #allReplied(): boolean {
    return [...this.#calls.values()].every((call) => call.replied);
  }
}

/** A new call, and the data of its row. */
export function openCall(
  call: CommandCall,
  options: TraceOptions,
): { open: OpenCall; data: RowData<'call'> } {
  const { value, secrets, ...withheld } = recordedArgs(commandSpec(call.command), call.params);
  const { callId, command: method, requestId, session } = call;
  const wish = wishOf(call, options);
  const id = requestId === undefined ? {} : { request_id: requestId };
  const data = { call_id: callId, ...id, session, method, args: value ?? null, ...withheld };
  const about = { actor: call.actor, stepId: call.stepId };
  return {
    open: { callId, method, wish, secrets, about, asked: false, replied: false },
    data: wish ? { ...data, wish } : data,
  };
}

/** The data of a reply's row. */
export function replyData(open: OpenCall, call: CommandCall, outcome: CommandOutcome): RowData<'reply'> {
  const { value, ...withheld } = recordedResult(commandSpec(call.command), outcome.result, open.secrets);
  return {
    call_id: open.callId,
    success: outcome.success,
    ...(outcome.error ? { error: recordedError(outcome.error, open.secrets) } : {}),
    ...(value === undefined ? {} : { result: value }),
    duration_ms: Math.round(outcome.durationMs * 1000) / 1000,
    ...withheld,
  };
}

function wishOf(call: CommandCall, options: TraceOptions): CaptureWish | undefined {
  if (commandSpec(call.command).capture !== 'after') return undefined;
  const { screenshots, accessibility_tree: tree } = options;
  return screenshots || tree ? { before: screenshots, after: screenshots, tree } : undefined;
}
