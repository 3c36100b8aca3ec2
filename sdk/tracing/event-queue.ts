// Events on their way to the trace of a desktop: in their order, few requests, and before the command that follows them.
import { MAX_MESSAGE_BYTES } from '../../protocol/envelope.ts';

export interface QueuedEvent {
  type: string;
  data: Record<string, unknown>;
  step_id?: string | undefined;
  ts_ms?: number | undefined;
}

export interface EventQueueParts {
  readonly send: (events: QueuedEvent[]) => Promise<void>;
  /** Events that could not be sent, and are lost to the trace of the desktop. */
  readonly onLost: (events: readonly QueuedEvent[], error: unknown) => void;
}

/** Events in one request, as the contract has it. */
const MOST = 1000;
/** Characters in one request; what JSON and UTF-8 add has room beside them. */
const LARGEST = MAX_MESSAGE_BYTES / 4;

interface Waiting {
  readonly event: QueuedEvent;
  readonly size: number;
  readonly onLost: EventQueueParts['onLost'];
}

export class EventQueue {
  readonly #send: EventQueueParts['send'];
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;

  constructor(send: EventQueueParts['send']) {
    this.#send = send;
  }

  push(event: QueuedEvent, onLost: EventQueueParts['onLost']): void {
    this.#waiting.push({ event, size: JSON.stringify(event).length, onLost });
    this.#sending ??= this.#drain();
  }

  /** Undefined where nothing is on its way, so that nobody has to wait. */
  get busy(): Promise<void> | undefined {
    return this.#sending;
  }

  async #drain(): Promise<void> {
    // What the caller emits in one go travels together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#sendSome(this.#take());
    this.#sending = undefined;
  }

  #take(): Waiting[] {
    let size = 0;
    const count = this.#waiting.slice(0, MOST).findIndex((waiting, index) => {
      size += waiting.size;
      return size > LARGEST && index > 0;
    });
    return this.#waiting.splice(0, count < 0 ? MOST : count);
  }

  async #sendSome(some: readonly Waiting[]): Promise<void> {
    try {
      await this.#send(some.map(({ event }) => event));
    } catch (error) {
      for (const { event, onLost } of some) onLost([event], error);
    }
  }
}
