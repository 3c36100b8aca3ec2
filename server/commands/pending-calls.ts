// Calls that wait for the guest's reply; each is settled exactly once.
import { DeskreelError } from '../../protocol/errors.ts';
import type { GuestReply } from '../../protocol/link.ts';

export interface GuestAnswer {
  readonly reply: GuestReply;
  readonly png: Buffer | undefined;
}

interface Waiting {
  readonly resolve: (answer: GuestAnswer) => void;
  readonly reject: (error: DeskreelError) => void;
  readonly timer: NodeJS.Timeout;
}

export class PendingCalls {
  readonly #waiting = new Map<string, Waiting>();

  /** The reply to this call; rejects with `timeout` when none came in time. */
  add(callId: string, timeoutMs: number): Promise<GuestAnswer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(callId);
        reject(new DeskreelError('timeout', `the desktop did not reply within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(callId, { resolve, reject, timer });
    });
  }

  settle(reply: GuestReply, png: Buffer | undefined): void {
    this.#take(reply.call_id)?.resolve({ reply, png });
  }

  /** Every call that still waits fails with this. */
  fail(error: DeskreelError): void {
    for (const callId of [...this.#waiting.keys()]) this.#take(callId)?.reject(error);
  }

  #take(callId: string): Waiting | undefined {
    const waiting = this.#waiting.get(callId);
    if (waiting) clearTimeout(waiting.timer);
    this.#waiting.delete(callId);
    return waiting;
  }
}
