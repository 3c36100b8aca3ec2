// What mouse_down and key_down hold until they are let go, or the session that holds them ends, fails or is silent.
import type { Held } from '../../protocol/link.ts';
import type { Button } from '../../protocol/primitives.ts';
import type { PointerDevice } from './pointer-device.ts';

/** What sessions hold down. */
export interface Holdings {
  isHolding(session: string): boolean;
  /** Lifts all that a session holds; resolves with what that was. */
  release(session: string): Promise<Held>;
}

export class HeldButtons {
  readonly #device: PointerDevice;
  /** With the session that pressed it last. */
  readonly #held = new Map<Button, string>();

  constructor(device: PointerDevice) {
    this.#device = device;
  }

  /** Those that are down now. */
  get buttons(): Iterable<Button> {
    return this.#held.keys();
  }

  async press(button: Button, session: string): Promise<void> {
    this.#held.set(button, session);
    await this.#device.press(button);
  }

  /** Also a button that is not known to be held, or that another session holds: who asks for it up gets it up. */
  async release(button: Button): Promise<void> {
    await this.#device.release(button);
    this.#held.delete(button);
  }

  heldBy(session: string): Button[] {
    return [...this.#held].filter(([, holder]) => holder === session).map(([button]) => button);
  }
}
