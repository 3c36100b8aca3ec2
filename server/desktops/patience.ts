// How often a desktop that keeps dying is started again by the server itself.
import type { Clock } from '../clock.ts';

/** A desktop that dies more often than this in `PATIENCE_MS` stays lost for that long, or until somebody restarts it. */
const RESTARTS = 3;
const PATIENCE_MS = 5 * 60 * 1000;

export class Patience {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #restarts = new Map<string, number[]>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  allows(desktopId: string): boolean {
    return this.#recent(desktopId).length < RESTARTS;
  }

  /** It was started again. Attempts that the engine refused are no deaths of the desktop, and do not count. */
  restarted(desktopId: string): void {
    this.#restarts.set(desktopId, [...this.#recent(desktopId), this.#clock.monotonic()]);
  }

  #recent(desktopId: string): number[] {
    const now = this.#clock.monotonic();
    return (this.#restarts.get(desktopId) ?? []).filter((at) => now - at < PATIENCE_MS);
  }
}
