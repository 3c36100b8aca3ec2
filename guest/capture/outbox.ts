// Sends captures in the order in which they were taken; pictures are encoded one after the other, in the background.
import type { FromGuest } from '../../protocol/link.ts';
import type { Covered } from '../privacy/guard.ts';
import type { Screen } from '../screen/screen.ts';
import { describeShot, type Settling, type Shot } from '../screen/shot.ts';
import type { SendCapture } from './captures.ts';

type FrameMessage = Extract<FromGuest, { type: 'frame' }>;
export type Cause = Omit<FrameMessage, 'type' | 'info'>;

/** So many captures may wait; who would add another waits for room: frames are large. */
const ROOM = 16;
/** So many frames are remembered as sent. One that was forgotten is merely sent again. */
const REMEMBERED = 10_000;

export interface OutboxParts {
  readonly screen: Pick<Screen, 'png' | 'identify'>;
  readonly send: SendCapture;
  /** Told of what could not even be sent. */
  readonly onFault: (error: unknown) => void;
}

export class Outbox {
  readonly #parts: OutboxParts;
  #sent = new Set<string>();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** `covering`: the frame of the shot as it may be sent. */
  frame(cause: Cause, shot: Shot, settling: Settling, covering: Promise<Covered>): void {
    this.#enqueue(async () => {
      const covered = await covering.catch((error: unknown) => new Error(text(error), { cause: error }));
      if (covered instanceof Error) {
        this.#lack(cause, `the frame could not be masked: ${covered.message}`);
        return;
      }
      try {
        await this.#deliver(cause, shot, settling, covered);
      } catch (error) {
        this.#lack(cause, `the frame could not be encoded: ${text(error)}`);
      }
    });
  }

  message(message: FromGuest): void {
    this.#enqueue(() => {
      this.#parts.send(message);
      return Promise.resolve();
    });
  }

  /** Resolves at once while few captures wait. */
  async room(): Promise<void> {
    while (this.#waiting >= ROOM) await this.#last;
  }

  /** Pictures of the captures that follow are sent again; those that wait already keep to what was sent. */
  forget(): void {
    this.#enqueue(() => {
      this.#sent = new Set();
      return Promise.resolve();
    });
  }

  #enqueue(task: () => Promise<void>): void {
    this.#waiting += 1;
    this.#last = this.#last
      .then(task)
      .catch(this.#parts.onFault)
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  #lack(cause: Cause, evidence: string): void {
    this.#parts.send({ type: 'no_frame', ...cause, evidence });
  }

  async #deliver(cause: Cause, shot: Shot, settling: Settling, { frame, masks }: Covered): Promise<void> {
    await this.#parts.screen.identify(frame);
    const info = describeShot({ ...shot, frame }, settling);
    const known = this.#sent.has(info.frame);
    const png = known ? undefined : await this.#parts.screen.png(frame);
    const message = { type: 'frame', ...cause, info } as const;
    this.#parts.send(masks.length > 0 ? { ...message, masks: [...masks] } : message, png);
    this.#remember(info.frame);
  }

  #remember(id: string): void {
    this.#sent.add(id);
    if (this.#sent.size <= REMEMBERED) return;
    const [oldest] = this.#sent;
    if (oldest !== undefined) this.#sent.delete(oldest);
  }
}

export function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
