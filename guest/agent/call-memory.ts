// The calls that this agent was given, over all its links: one that is sent again gets the reply of the first.
import type { FromGuest } from '../../protocol/link.ts';

/** A message as it goes over the link: text, or a frame with a picture behind it. */
export type LinkFrame = string | Buffer;

export interface Reply {
  readonly frame: LinkFrame;
  readonly success: boolean;
  /** The command may as well be carried out again. */
  readonly idempotent: boolean;
}

export interface MemoryLimits {
  /** Calls that are remembered after their end. */
  readonly calls: number;
  /** Of all replies that are kept, in characters or bytes. */
  readonly size: number;
}

const LIMITS: MemoryLimits = { calls: 5_000, size: 16 * 1024 * 1024 };
/** A larger reply of a command that may be repeated is not kept: it is made again. */
const REPEATED_SIZE = 64 * 1024;

interface Done {
  /** Undefined where there was no more room for it. */
  frame: LinkFrame | undefined;
  readonly success: boolean;
}

export class CallMemory {
  readonly #limits: MemoryLimits;
  readonly #running = new Map<string, Promise<Reply>>();
  /** In the order of their ends. */
  readonly #done = new Map<string, Done>();
  #size = 0;
  #whole = true;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /** False once a call was forgotten: then nobody knows whether one that is not here was carried out. */
  get whole(): boolean {
    return this.#whole;
  }

  /** The reply to a call that was given before, also while it runs. */
  get(callId: string): Promise<LinkFrame> | undefined {
    const running = this.#running.get(callId);
    if (running) return running.then(({ frame }) => frame);
    const done = this.#done.get(callId);
    return done && Promise.resolve(done.frame ?? withheld(callId, done.success));
  }

  /** Remembers a call from its beginning. `work` must not reject. */
  async add(callId: string, work: Promise<Reply>): Promise<LinkFrame> {
    this.#running.set(callId, work);
    const reply = await work;
    this.#running.delete(callId);
    const { frame, success, idempotent } = reply;
    if (!idempotent || frame.length <= REPEATED_SIZE) this.#keep(callId, { frame, success });
    return frame;
  }

  #keep(callId: string, done: Done): void {
    this.#done.set(callId, done);
    this.#size += sizeOf(done);
    for (const old of this.#done.values()) {
      if (this.#size <= this.#limits.size) break;
      this.#size -= sizeOf(old);
      old.frame = undefined;
    }
    for (const [oldest, old] of this.#done) {
      if (this.#done.size <= this.#limits.calls) break;
      this.#size -= sizeOf(old);
      this.#done.delete(oldest);
      this.#whole = false;
    }
  }
}

function sizeOf({ frame }: Done): number {
  return frame?.length ?? 0;
}

function withheld(callId: string, success: boolean): LinkFrame {
  const message = 'the command was carried out before, and its reply is not kept any more';
  const error = { code: 'reply_withheld', message } as const;
  const reply: FromGuest = { type: 'reply', call_id: callId, success, error, started_ms: 0, duration_ms: 0 };
  return JSON.stringify(reply);
}
