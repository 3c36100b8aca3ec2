// Which parts of the screen change by themselves: a video, a spinner, a clock with seconds.
import type { Cell } from './cells.ts';

/** Milliseconds after an input during which a change counts as its consequence. */
const CONSEQUENCE_MS = 1000;
/** A cell is busy that changed in so many ... */
const BUSY_SLICES = 3;
/** ... different slices of time, each so many milliseconds long, ... */
const SLICE_MS = 200;
/** ... within so many milliseconds before the command. */
const HISTORY_MS = 2500;

/** A short memory of the changes that no input caused. */
export class BusyCells {
  /** For each cell the latest slices in which it changed, oldest first. */
  readonly #slices = new Map<Cell, number[]>();
  #inputMs = -Infinity;
  #busy: ReadonlySet<Cell> = new Set();

  /** What was busy when the latest input began. */
  get current(): ReadonlySet<Cell> {
    return this.#busy;
  }

  /** Pixels changed; `undefined` for all of them, of which nothing can be learnt. */
  note(cells: readonly Cell[] | undefined, atMs: number): void {
    if (cells === undefined) {
      this.#slices.clear();
      return;
    }
    if (atMs - this.#inputMs < CONSEQUENCE_MS) return;
    const slice = Math.floor(atMs / SLICE_MS);
    for (const cell of cells) {
      const known = this.#slices.get(cell) ?? [];
      if (known.at(-1) === slice) continue;
      this.#slices.set(cell, [...known, slice].slice(-BUSY_SLICES));
    }
  }

  /** An input begins: what is busy at this moment. Shortly after another input it is what was busy then. */
  atInput(nowMs: number): ReadonlySet<Cell> {
    if (nowMs - this.#inputMs >= CONSEQUENCE_MS + BUSY_SLICES * SLICE_MS) this.#busy = this.#regular(nowMs);
    this.#inputMs = nowMs;
    return this.#busy;
  }

  /** The input is done: its consequences count from here. */
  inputDone(nowMs: number): void {
    this.#inputMs = nowMs;
  }

  #regular(nowMs: number): Set<Cell> {
    const oldest = Math.floor((nowMs - HISTORY_MS) / SLICE_MS);
    const busy = new Set<Cell>();
    for (const [cell, slices] of this.#slices) {
      const recent = slices.filter((slice) => slice >= oldest);
      if (recent.length >= BUSY_SLICES) busy.add(cell);
      else if (recent.length === 0) this.#slices.delete(cell);
    }
    return busy;
  }
}
