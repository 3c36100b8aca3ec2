// People at viewers of a bench's desktop, as the relay sees them: each input is known to the recorder before it goes on.
import type { ViewerInput } from '../../../protocol/rfb/viewer-messages.ts';
import { RFB_BUTTON } from '../../../protocol/rfb/viewer-messages.ts';
import { keysymOfCodePoint } from '../../../protocol/keysyms.ts';
import { silentLog } from '../../../server/log.ts';
import { Viewer, type GestureWatch } from '../../../server/viewers/viewer.ts';
import type { OwnedClock } from './owned-clock.ts';
import type { Bench } from './setup.ts';

/** Milliseconds between two inputs. */
const STEP_MS = 10;

export class Hands {
  readonly #viewer: Viewer;
  readonly #clock: OwnedClock;

  constructor({ recorder, guest }: Pick<Bench, 'recorder' | 'guest'>, clock: OwnedClock, name: string) {
    const watch: GestureWatch = {
      watch: (callId) => {
        guest.frame(callId, 'before');
        return Promise.resolve();
      },
      watched: (callId) => {
        guest.frame(callId, 'after');
        guest.tree(callId, 'after');
      },
      viewerInput: () => undefined,
    };
    const actor = { kind: 'human', id: name } as const;
    this.#viewer = new Viewer({ actor, recorder, guest: watch, clock, log: silentLog });
    this.#clock = clock;
  }

  async pointer(x: number, y: number, buttons = 0): Promise<void> {
    await this.#give({ kind: 'pointer', x, y, buttons });
  }

  async click(x: number, y: number, button: number = RFB_BUTTON.left): Promise<void> {
    await this.pointer(x, y);
    await this.pointer(x, y, button);
    await this.pointer(x, y);
  }

  async drag(path: readonly (readonly [number, number])[]): Promise<void> {
    for (const [x, y] of path) await this.pointer(x, y, RFB_BUTTON.left);
    await this.pointer(...(path.at(-1) ?? [0, 0]));
  }

  async key(keysym: number, down: boolean): Promise<void> {
    await this.#give({ kind: 'key', keysym, down });
  }

  async press(...keysyms: number[]): Promise<void> {
    for (const keysym of keysyms) await this.key(keysym, true);
    for (const keysym of keysyms.toReversed()) await this.key(keysym, false);
  }

  async type(text: string): Promise<void> {
    for (const character of text) await this.press(keysymOfCodePoint(character.codePointAt(0) ?? 0));
  }

  close(): void {
    this.#viewer.close();
  }

  async #give(input: ViewerInput): Promise<void> {
    await this.#clock.pass(STEP_MS);
    await this.#viewer.take(input, this.#clock.now());
  }
}
