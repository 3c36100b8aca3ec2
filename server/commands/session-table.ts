// The sessions of one desktop. Those with a name outlive their connections, and this server: they are in the ledger.
import { randomUUID } from 'node:crypto';
import { DeskreelError } from '../../protocol/errors.ts';
import { silentLog, type Log } from '../log.ts';
import type { Hider } from '../recorder/hiding.ts';
import type { Keeping } from '../requests/kept-reply.ts';
import type { Ledger, LedgerRow } from '../requests/ledger.ts';
import { ReplyMemory } from '../requests/reply-memory.ts';
import { RequestMac } from '../requests/request-mac.ts';
import { REMEMBERED_MS, RequestWindow } from '../requests/request-window.ts';
import { Session } from './session.ts';

/** So many sessions are remembered, however long they are silent. */
const KEPT_SESSIONS = 100;
/** Names that begin so are the server's own. */
const RESERVED = '~';
const SOCKET = `${RESERVED}socket:`;

/** Of all that comes by REST: its ids are Idempotency-Keys. */
export const REST_SESSION = `${RESERVED}rest`;
/** Of all that comes by Cua's HTTP form. */
export const CUA_SESSION = `${RESERVED}cua`;

/** The session of a connection that sent no hello. */
export function socketSession(): string {
  return `${SOCKET}${randomUUID()}`;
}

export function isSocketSession(id: string): boolean {
  return id.startsWith(SOCKET);
}

/** A session's name as a client gave it, or a new one. Throws `bad_request` for names that are the server's own. */
export function namedSession(name: string | undefined): string {
  if (name?.startsWith(RESERVED)) {
    throw new DeskreelError('bad_request', `hello: session: names that begin with ${RESERVED} are reserved`);
  }
  return name ?? randomUUID();
}

export interface SessionTableParts {
  readonly ledger?: Ledger;
  readonly mac?: RequestMac;
  readonly keeping?: Keeping;
  /** What the ledger must not keep of replies. */
  readonly hides?: () => readonly Hider[];
  readonly log?: Log;
  readonly now?: () => number;
}

export class SessionTable {
  readonly #parts: SessionTableParts;
  readonly #mac: RequestMac;
  readonly #now: () => number;
  readonly #replies = new ReplyMemory();
  /** The one that was heard of last comes last. */
  readonly #sessions = new Map<string, Session>();

  /** Takes over what the ledger knows. Without a ledger nothing outlives this table. */
  constructor(parts: SessionTableParts = {}) {
    this.#parts = parts;
    this.#mac = parts.mac ?? new RequestMac();
    this.#now = parts.now ?? Date.now;
    for (const row of parts.ledger?.load(() => this.#rows()) ?? []) this.#restore(row);
    this.#forgetSilent();
  }

  get(id: string): Session {
    const session = this.#touch(id, this.#now());
    if (this.#sessions.size > KEPT_SESSIONS) this.#forgetSilent();
    return session;
  }

  /** One that is known. */
  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The connection that it lived with is gone. What still runs of it goes on. */
  disconnected(id: string): void {
    if (isSocketSession(id)) this.#sessions.delete(id);
  }

  /**
   * What was answered between these times is deleted: the ledger keeps no reply to it, and no older row either. Throws where
   * the file cannot be written anew. Milliseconds since 1970.
   */
  erase(fromMs: number, toMs: number): void {
    for (const { requests } of this.#sessions.values()) requests.withhold(fromMs, toMs);
    // Always: rows of requests that are forgotten by now may still stand in the file.
    this.#parts.ledger?.rewrite();
  }

  /** From now on nothing is written down: the server stops. */
  close(): void {
    this.#parts.ledger?.close();
  }

  /** The desktop is gone. */
  remove(): void {
    this.#parts.ledger?.remove();
  }

  #touch(id: string, atMs: number): Session {
    const session = this.#sessions.get(id) ?? this.#create(id);
    session.lastMs = atMs;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  #create(id: string): Session {
    const { ledger, keeping = 'all', hides = () => [], log = silentLog } = this.#parts;
    const requests = new RequestWindow({
      session: id,
      mac: this.#mac,
      replies: this.#replies,
      ledger: isSocketSession(id) ? undefined : ledger,
      keeping,
      hides,
      log,
      now: this.#now,
    });
    return new Session(id, requests);
  }

  #restore(row: LedgerRow): void {
    this.#touch(row.session, row.ts_ms).requests.restore(row);
  }

  *#rows(): Generator<LedgerRow> {
    for (const [id, { requests }] of this.#sessions) if (!isSocketSession(id)) yield* requests.rows();
  }

  #forgetSilent(): void {
    const longAgo = this.#now() - REMEMBERED_MS;
    for (const [id, { lastMs, requests }] of this.#sessions) {
      if (this.#sessions.size <= KEPT_SESSIONS || lastMs > longAgo) return;
      if (!requests.running) this.#sessions.delete(id);
    }
  }
}
