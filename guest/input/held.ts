// What mouse_down and key_down hold until they are let go, or the session that holds them ends.
import type { Button } from '../../protocol/primitives.ts';
import type { PointerDevice } from './pointer-device.ts';

export class HeldButtons {
  readonly #device: PointerDevice;
  readonly #held = new Set<Button>();

  constructor(device: PointerDevice) {
    this.#device = device;
  }

  /** Those that are down now. */
  get buttons(): ReadonlySet<Button> {
    return this.#held;
  }

  async press(button: Button): Promise<void> {
    this.#held.add(button);
    await this.#device.press(button);
  }

  /** Also a button that is not known to be held: who asks for it up gets it up. */
  async release(button: Button): Promise<void> {
    await this.#device.release(button);
    this.#held.delete(button);
  }

  async releaseAll(): Promise<void> {
    for (const button of [...this.#held]) await this.release(button);
  }
}
