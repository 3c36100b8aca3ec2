// Bounds what the answers of earlier requests take of the memory: the oldest large ones are given up first.

/** Of one desktop's answers. Characters of JSON. */
const ROOM = 64 * 1024 * 1024;
/** Smaller answers are bounded by the number of requests that are remembered. */
const SMALL = 4 * 1024;

export interface Remembered {
  /** The answer is not kept any more. */
  giveUp(): void;
}

export class ReplyMemory {
  readonly #room: number;
  readonly #large = new Map<Remembered, number>();
  #size = 0;

  constructor(room = ROOM) {
    this.#room = room;
  }

  add(answer: Remembered, size: number): void {
    if (size <= SMALL) return;
    this.#large.set(answer, size);
    this.#size += size;
    for (const oldest of this.#large.keys()) {
      // The newest stays, however large it is: it may not have arrived yet.
      if (this.#size <= this.#room || oldest === answer) return;
      this.forget(oldest);
      oldest.giveUp();
    }
  }

  forget(answer: Remembered): void {
    this.#size -= this.#large.get(answer) ?? 0;
    this.#large.delete(answer);
  }
}
