// Compares the frames that are seen one after the other: damage is not change.
import type { Frame } from '../screen/frame.ts';
import type { Shot } from '../screen/shot.ts';
import { BusyCells } from './busy.ts';
import { changedCells } from './cells.ts';

export class ChangeObserver {
  readonly busy = new BusyCells();
  #seen: Frame | undefined;
  #drawnMs: number | undefined;
  #changes = 0;
  #changedMs = -Infinity;

  /** The X server said that something was drawn. */
  drawn(atMs: number): void {
    this.#drawnMs = atMs;
  }

  /**
   * Counts a change if this shot differs from the one observed before it, outside of what is busy. Its moment is that
   * of the last drawing before the shot.
   */
  observe(shot: Shot): void {
    const previous = this.#seen;
    this.#seen = shot.frame;
    if (!previous || previous === shot.frame) return;
    const cells = changedCells(previous, shot.frame);
    const atMs = Math.min(this.#drawnMs ?? shot.monoMs, shot.monoMs);
    this.busy.note(cells, atMs);
    const busy = this.busy.current;
    if (cells?.every((cell) => busy.has(cell))) return;
    this.#changes += 1;
    this.#changedMs = atMs;
  }

  /** How often something changed, and when it last did. */
  get changed(): { times: number; atMs: number } {
    return { times: this.#changes, atMs: this.#changedMs };
  }

  /** Whether nothing changed for `quietMs` before this shot, which was observed already. */
  quietAt(shot: Shot, quietMs: number): boolean {
    return shot.monoMs - this.#changedMs >= quietMs;
  }
}
