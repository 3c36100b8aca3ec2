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
  #taking = false;
  /** How often something was drawn. */
  #drawings = 0;
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
    this.#drawings += 1;
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#running || this.#taking || this.#cancel) return;
    const { clock, onFault } = this.#parts;
    const wait = Math.max(0, this.#lastMs + APART_MS - clock.now());
    this.#cancel = clock.after(wait, () => {
      this.#cancel = undefined;
      this.#takeOne().catch(onFault);
    });
  }

  async #takeOne(): Promise<void> {
    const drawings = this.#drawings;
    this.#taking = true;
    try {
      await this.#take();
    } finally {
      this.#taking = false;
      // What was drawn meanwhile may be in that frame or not.
      if (this.#drawings !== drawings) this.#schedule();
    }
  }

  /** Drawing need not change a pixel: an equal screen is not sent again. */
  async #take(): Promise<void> {
    const { screen, room, send, clock } = this.#parts;
    await room();
    this.#lastMs = clock.now();
    const shot = await screen.grab();
    await screen.identify(shot.frame);
    if (!this.#running || shot.frame.id === this.#lastFrame) return;
    this.#lastFrame = shot.frame.id;
    send(shot);
  }
}
