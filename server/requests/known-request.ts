// One request that a session was asked by an id: on its way, or ended with an answer that is given again.
import type { RequestId } from '../../protocol/envelope.ts';
import { isRecord } from '../../protocol/record.ts';
import type { SentCall } from '../commands/guest-link.ts';
import type { CommandOutcome } from '../commands/observer.ts';
import { answerAgain, withheldReply, type KeptReply } from './kept-reply.ts';
import type { LedgerRow } from './ledger.ts';

export interface Running {
  readonly outcome: Promise<CommandOutcome>;
  readonly stop: AbortController;
}

export class KnownRequest {
  readonly id: RequestId;
  readonly mac: string;
  /** When it was asked first, by the wall clock. */
  readonly since: number;
  /** Who asked last: the answer is theirs. */
  asker: unknown;
  /** While this server carries it out. */
  running: Running | undefined;
  /** That it was sent to the guest, by this server or an earlier one. */
  sent: SentCall | undefined;
  #kept: KeptReply | undefined;
  /** When it ended, by the wall clock. */
  #endedMs: number | undefined;
  #full: CommandOutcome | undefined;

  constructor(id: RequestId, mac: string, since: number) {
    this.id = id;
    this.mac = mac;
    this.since = since;
  }

  static of(row: LedgerRow): KnownRequest {
    const known = new KnownRequest(row.id, row.mac, row.ts_ms);
    if (row.call) known.sent = { callId: row.call.call_id, boot: row.call.boot };
    known.#kept = row.reply;
    known.#endedMs = row.ended_ms;
    return known;
  }

  /** The answer, where it has ended. */
  get answer(): CommandOutcome | undefined {
    return this.#full ?? (this.#kept && answerAgain(this.#kept));
  }

  /** `kept` goes to the ledger; what it leaves out lives in memory only. */
  end(outcome: CommandOutcome, kept: KeptReply, nowMs: number): void {
    this.#kept = kept;
    this.#endedMs = nowMs;
    // The picture is in the result by now.
    if (kept.withheld) this.#full = { ...outcome, image: undefined };
  }

  /** Whether any of it fell between these times. Milliseconds since 1970. */
  fallsInto(fromMs: number, toMs: number): boolean {
    return this.since <= toMs && (this.#endedMs ?? this.since) >= fromMs;
  }

  /** From now on the reply lives in memory only. False where nothing of it was kept. */
  withhold(): boolean {
    const { answer } = this;
    if (!answer || this.#kept?.withheld || tellsNothing(this.#kept)) return false;
    this.#full ??= answer;
    this.#kept = withheldReply(answer);
    return true;
  }

  giveUp(): void {
    const { answer } = this;
    if (answer) this.#kept = this.#kept?.withheld ? this.#kept : withheldReply(answer);
    this.#full = undefined;
  }

  row(session: string): LedgerRow {
    const { id, mac, since, sent } = this;
    const reply = this.#kept;
    const call = sent && !reply ? { call: { call_id: sent.callId, boot: sent.boot } } : {};
    const ended = this.#endedMs === undefined ? {} : { ended_ms: this.#endedMs };
    return { v: 1, session, id, mac, ts_ms: since, ...call, ...(reply ? { reply, ...ended } : {}) };
  }
}

/** A success without any content. */
function tellsNothing(kept: KeptReply | undefined): boolean {
  const { result, error } = kept ?? {};
  return !error && (result === undefined || (isRecord(result) && Object.keys(result).length === 0));
}
