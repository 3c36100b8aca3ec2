// The screen as it changes, while somebody wants that: a frame soon after each drawing, and none while nothing is drawn.
import type { Clock } from '../clock.ts';
import type { Screen } from '../screen/screen.ts';
import type { Shot } from '../screen/shot.ts';

export interface FilmParts {
  readonly screen: Pick<Screen, 'grab' | 'identify'>;
  /** Resolves when another frame may be sent. */
  readonly room: () => Promise<void>;
  /** Sends what may be seen of it. */
  readonly send: (shot: Shot) => void;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Between two frames at the least: five a second. Milliseconds. */
const APART_MS = 200;

export class Film {
  readonly #parts: FilmParts;
  #running = false;
  /** Ends the wait for the next frame, if one is due. */
  #cancel: (() => void) | undefined;
  #lastMs = -Infinity;
  #lastFrame = '';

  constructor(parts: FilmParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = true;
    this.#lastFrame = '';
    this.drawn();
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Something was drawn: it is looked at, though not at once where a frame was taken just now. */
  drawn(): void {
    if (!this.#running || this.#cancel) return;
    const { clock, onFault } = this.#parts;
    const wait = Math.max(0, this.#lastMs + APART_MS - clock.now());
    this.#cancel = clock.after(wait, () => {
      this.#cancel = undefined;
      this.#lastMs = clock.now();
      this.#take().catch(onFault);
    });
  }

  /** Drawing need not change a pixel: an equal screen is not sent again. */
  async #take(): Promise<void> {
    const { screen, room, send } = this.#parts;
    await room();
    const shot = await screen.grab();
    await screen.identify(shot.frame);
    if (!this.#running || shot.frame.id === this.#lastFrame) return;
    this.#lastFrame = shot.frame.id;
    send(shot);
  }
}
