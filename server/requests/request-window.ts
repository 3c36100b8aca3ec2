// The requests that a session is known to have asked: each id is carried out once, however often and over whatever it comes.
import type { CommandName } from '../../protocol/commands/table.ts';
import type { RequestId } from '../../protocol/envelope.ts';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { SentCall } from '../commands/guest-link.ts';
import type { CommandOutcome } from '../commands/observer.ts';
import type { Hider } from '../recorder/hiding.ts';
import { keptReply, type Keeping } from './kept-reply.ts';
import { KnownRequest, type Running } from './known-request.ts';
import type { Ledger, LedgerRow } from './ledger.ts';
import type { Log } from '../log.ts';
import type { ReplyMemory } from './reply-memory.ts';
import type { RequestMac } from './request-mac.ts';

/** Ids of a session that are remembered, whatever their age. */
export const REMEMBERED_IDS = 1_000;
/** Older ids than those are remembered for so long. Milliseconds. */
export const REMEMBERED_MS = 10 * 60_000;
/** And no more than this in all. */
export const MOST_IDS = 20_000;

export interface WindowParts {
  readonly session: string;
  readonly mac: RequestMac;
  readonly replies: ReplyMemory;
  /** Undefined for a session that does not outlive its connection. */
  readonly ledger: Ledger | undefined;
  readonly keeping: Keeping;
  /** What must not be kept now. */
  readonly hides: () => readonly Hider[];
  readonly log: Log;
  readonly now: () => number;
}

/** One request, as it was asked. */
export interface Asked {
  readonly id: RequestId;
  readonly command: CommandName;
  readonly params: unknown;
  readonly asker: unknown;
  readonly signal: AbortSignal;
}

/** How a request is to be carried out. */
export interface Way {
  readonly signal: AbortSignal;
  /** An earlier server sent it, and nobody knows how it ended. */
  readonly earlier?: SentCall | undefined;
  /** To be called just before it is sent to the guest; throwing keeps it back. */
  readonly onSend?: (sent: SentCall) => void;
}

export class RequestWindow {
  readonly #parts: WindowParts;
  /** In the order in which they were asked first. */
  readonly #known = new Map<RequestId, KnownRequest>();

  constructor(parts: WindowParts) {
    this.#parts = parts;
  }

  /** Whether one of them is on its way. */
  get running(): boolean {
    return [...this.#known.values()].some(({ running }) => running !== undefined);
  }

  /** Takes over what an earlier server wrote down. */
  restore(row: LedgerRow): void {
    this.#known.set(row.id, KnownRequest.of(row));
  }

  rows(): LedgerRow[] {
    return [...this.#known.values()].map((known) => known.row(this.#parts.session));
  }

  /** Replies to what was asked between these times are not kept any more. False where none was. Milliseconds since 1970. */
  withhold(fromMs: number, toMs: number): boolean {
    const within = [...this.#known.values()].filter((known) => known.fallsInto(fromMs, toMs));
    return within.map((known) => known.withhold()).some(Boolean);
  }

  /** Carries a request out, once; throws `id_conflict` where its id stands for another. `run` must not reject. */
  ask(asked: Asked, run: (way: Way) => Promise<CommandOutcome>): Promise<CommandOutcome> {
    const known = this.#find(asked);
    known.asker = asked.asker;
    const { answer } = known;
    if (answer) return Promise.resolve(answer);
    const running = known.running ?? this.#begin(known, asked, run);
    known.running = running;
    return running.outcome;
  }

  /** Stops a request that is on its way. */
  cancel(id: RequestId): void {
    this.#known.get(id)?.running?.stop.abort();
  }

  /** Whether nobody else asked for the same since. */
  askedLastBy(asker: unknown, id: RequestId): boolean {
    const known = this.#known.get(id);
    return known === undefined || known.asker === asker;
  }

  #find({ id, command, params }: Asked): KnownRequest {
    const mac = this.#parts.mac.of(command, params);
    const known = this.#known.get(id);
    if (!known) return this.#add(new KnownRequest(id, mac, this.#parts.now()));
    if (known.mac === mac) return known;
    const message = `id ${id} was used for another command in this session; use a new one`;
    throw new DeskreelError('id_conflict', message);
  }

  #add(known: KnownRequest): KnownRequest {
    this.#known.set(known.id, known);
    const oldEnough = known.since - REMEMBERED_MS;
    for (const oldest of this.#known.values()) {
      const { size } = this.#known;
      const kept = size <= REMEMBERED_IDS || (oldest.since > oldEnough && size <= MOST_IDS);
      if (kept || oldest.running) break;
      this.#known.delete(oldest.id);
      this.#parts.replies.forget(oldest);
    }
    return known;
  }

  #begin(known: KnownRequest, asked: Asked, run: (way: Way) => Promise<CommandOutcome>): Running {
    const stop = new AbortController();
    const earlier = known.sent;
    let sent = false;
    const onSend = (call: SentCall): void => {
      if (!earlier) this.#noteSent(known, call);
      sent = true;
    };
    const signal = AbortSignal.any([asked.signal, stop.signal]);
    const outcome = run({ signal, earlier, onSend }).then((ended) => {
      known.running = undefined;
      // Asked again for what an earlier server sent, and the guest could not be asked: nothing was learnt of it.
      if (earlier && !sent && ended.error?.code !== 'unknown_outcome') return ended;
      this.#end(known, asked, ended);
      return ended;
    });
    return { outcome, stop };
  }

  #noteSent(known: KnownRequest, call: SentCall): void {
    const { ledger, session } = this.#parts;
    known.sent = call;
    if (!ledger) return;
    try {
      if (!ledger.open) throw new DeskreelError('guest_unavailable', 'the server is stopping');
      ledger.append(known.row(session));
    } catch (error) {
      known.sent = undefined;
      throw error;
    }
  }

  #end(known: KnownRequest, { command, params }: Asked, outcome: CommandOutcome): void {
    const { ledger, keeping, hides, replies, session, log } = this.#parts;
    // A server that stops does not know how it ends; the next one asks the guest.
    if (ledger && !ledger.open) return;
    const kept = keptReply(command, params, outcome, ledger ? keeping : 'outcome', hides());
    known.end(outcome, kept, this.#parts.now());
    replies.add(known, sizeOf(outcome));
    try {
      ledger?.append(known.row(session));
    } catch (error) {
      log.error('ledger.row_not_written', { id: known.id, error: toDeskreelError(error) });
    }
  }
}

function sizeOf({ image, result, error }: CommandOutcome): number {
  if (image) return Math.ceil((image.png.length * 4) / 3);
  return JSON.stringify([result, error]).length;
}
