// Calls of a recording that are under way, and what is written of a call and of its reply.
import { commandSpec } from '../../protocol/commands/table.ts';
import type { CaptureWish, KeyFocus } from '../../protocol/link.ts';
import type { MaskRule } from '../../protocol/privacy/rules.ts';
import type { TraceOptions } from '../../protocol/tracing.ts';
import type { RowData, RowType } from '../../trace/format.ts';
import type { CommandCall, CommandOutcome } from '../commands/observer.ts';
import { elementPlace } from './element-place.ts';
import type { Cause } from './capture-writer.ts';
import type { Hider } from './hiding.ts';
import { ownHiders, recordedArgs, recordedError, recordedResult, type Recorded } from './withholding.ts';

export interface OpenCall extends Cause {
  readonly callId: string;
  readonly method: string;
  readonly wish: CaptureWish | undefined;
  /** Hides what this very call typed, however short it is. */
  readonly own: readonly Hider[];
  /** The guest was asked for what is wished. */
  asked: boolean;
  replied: boolean;
  /** The recorder's copy of the picture that it asked for came, before or after the reply. */
  pictured: boolean;
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

/** A row's data, and what is told of what was masked in it. */
export interface Written<T extends RowType> {
  readonly data: RowData<T>;
  readonly masks: readonly RowData<'masked'>[];
}

/** What is recorded of pictures and trees. */
export type Captured = Pick<TraceOptions, 'screenshots' | 'accessibility_tree'>;

/** Why a call's keys are not recorded, and what is known of where they go. */
interface CallKeys {
  readonly rule: MaskRule | undefined;
  readonly focus: KeyFocus | undefined;
}

/** A new call, and its row. */
export function openCall(
  call: CommandCall,
  options: Captured,
  verdict: CallKeys,
  hiders: readonly Hider[],
  gesture?: RowData<'call'>['gesture'],
): Written<'call'> & { open: OpenCall } {
  const recorded = recordedArgs(commandSpec(call.command), call.params, verdict.rule, hiders);
  const { callId, command: method, requestId, session } = call;
  const wish = wishOf(call, options);
  const data = {
    call_id: callId,
    ...(requestId === undefined ? {} : { request_id: requestId }),
    session,
    method,
    args: recorded.value ?? null,
    ...withheld(recorded),
    ...(verdict.focus === 'unknown' ? { focus: verdict.focus } : {}),
    ...(wish ? { wish } : {}),
    ...(gesture ? { gesture } : {}),
  };
  const about = { actor: call.actor, stepId: call.stepId };
  const own = ownHiders(commandSpec(call.command), call.params, verdict.rule);
  const open = { callId, method, wish, own, about, asked: false, replied: false, pictured: false };
  return { open, data, masks: masksIn('call', callId, recorded) };
}

/** A reply's row. */
export function replyData(
  open: OpenCall,
  call: CommandCall,
  outcome: CommandOutcome,
  hiders: readonly Hider[],
): Written<'reply'> {
  const all = [...hiders, ...open.own];
  const result = outcome.recorded ? outcome.recorded.result : outcome.result;
  const recorded = recordedResult(commandSpec(call.command), result, all);
  const failed = outcome.error && recordedError(outcome.error, all);
  const data = {
    call_id: open.callId,
    success: outcome.success,
    ...(failed ? { error: failed.error } : {}),
    ...(recorded.value === undefined ? {} : { result: recorded.value }),
    ...(outcome.recorded?.evidence === undefined ? {} : { evidence: outcome.recorded.evidence }),
    duration_ms: Math.round(outcome.durationMs * 1000) / 1000,
    ...withheld(recorded),
  };
  const inError = masksIn('reply', open.callId, { rules: failed?.rules ?? [], masked: ['error'] });
  return { data, masks: [...masksInResult(open.callId, recorded, outcome), ...inError] };
}

/** The agent masked some of it already. */
function masksInResult(callId: string, result: Recorded, { recorded }: CommandOutcome): RowData<'masked'>[] {
  const seen = (recorded?.masks ?? []).map(({ rule }) => rule);
  return masksIn('reply', callId, { ...result, rules: [...new Set([...result.rules, ...seen])] });
}

function withheld({ masked, shortened }: Recorded): Pick<RowData<'call'>, 'masked' | 'shortened'> {
  return { ...(masked ? { masked } : {}), ...(shortened ? { shortened } : {}) };
}

function masksIn(
  where: 'call' | 'reply',
  callId: string,
  recorded: Pick<Recorded, 'rules' | 'masked'>,
): RowData<'masked'>[] {
  const fields = recorded.masked ?? [];
  return recorded.rules.map((rule) => ({ call_id: callId, rule, place: { in: where, fields } }));
}

/** Which frames and trees of a call are wanted; undefined for none. */
export function wishOf(call: CommandCall, options: Captured): CaptureWish | undefined {
  if (commandSpec(call.command).capture !== 'after') return undefined;
  const { screenshots, accessibility_tree: tree } = options;
  const element = screenshots ? elementPlace(call) : undefined;
  const wish = { before: screenshots, after: screenshots, tree, ...(element ? { element } : {}) };
  return screenshots || tree ? wish : undefined;
}
