// What people do by viewers: their input goes another way, and the agent is told of it, to take pictures and to keep secrets.
import { parseWith } from '../../protocol/codec.ts';
import { COMMANDS, resolveCommand } from '../../protocol/commands/table.ts';
import type { CaptureWish, FromGuest, ToGuest } from '../../protocol/link.ts';
import type { Captures } from '../capture/captures.ts';
import type { TypingWatch } from '../privacy/typing.ts';

export interface GestureWatchParts {
  readonly captures: Captures;
  readonly typing: Pick<TypingWatch, 'given'>;
  readonly send: (message: FromGuest) => void;
}

export class GestureWatch {
  readonly #parts: GestureWatchParts;
  /** What is not over yet, by the call that it is recorded as. */
  readonly #watched = new Map<string, PromiseWithResolvers<undefined>>();

  constructor(parts: GestureWatchParts) {
    this.#parts = parts;
  }

  /** Takes the frames of a gesture; its end is told by `end`. */
  async watch(callId: string, wish: CaptureWish): Promise<void> {
    const done = Promise.withResolvers<undefined>();
    // It may be over before the frame before it is taken.
    this.#watched.set(callId, done);
    try {
      await this.#parts.captures.around(callId, wish, async () => {
        this.#parts.send({ type: 'watching', call_id: callId });
        await done.promise;
      });
    } finally {
      this.#watched.delete(callId);
    }
  }

  end(callId: string): void {
    this.#watched.get(callId)?.resolve(undefined);
  }

  /** What is about to be given. */
  async given({ command, params }: Extract<ToGuest, { type: 'viewer_input' }>): Promise<void> {
    const name = resolveCommand(command);
    if (!name) return;
    await this.#parts.typing.given(name, parseWith(COMMANDS[name].params, params, name, 'bad_params'));
  }

  close(): void {
    for (const done of this.#watched.values()) done.resolve(undefined);
  }
}
