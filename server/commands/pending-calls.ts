// Calls that wait for the guest's reply; each is settled exactly once.
import { DeskreelError } from '../../protocol/errors.ts';
import type { GuestReply, ToGuest } from '../../protocol/link.ts';

export interface GuestAnswer {
  readonly reply: GuestReply;
  readonly png: Buffer | undefined;
}

export type CallMessage = Extract<ToGuest, { type: 'call' }>;

interface Waiting {
  /** As it was sent: over the next link it is sent again. */
  readonly message: CallMessage;
  readonly resolve: (answer: GuestAnswer) => void;
  readonly reject: (error: DeskreelError) => void;
  readonly timer: NodeJS.Timeout;
}

export class PendingCalls {
  readonly #waiting = new Map<string, Waiting>();

  /** The reply to this call; rejects with `timeout` when none came in time. */
  add(message: CallMessage, timeoutMs: number): Promise<GuestAnswer> {
    const { call_id: callId } = message;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(callId);
        reject(new DeskreelError('timeout', `the desktop did not reply within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(callId, { message, resolve, reject, timer });
    });
  }

  settle(reply: GuestReply, png: Buffer | undefined): void {
    this.#take(reply.call_id)?.resolve({ reply, png });
  }

  /** What has no reply yet, in the order in which it was sent. */
  unanswered(): CallMessage[] {
    return [...this.#waiting.values()].map(({ message }) => message);
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
