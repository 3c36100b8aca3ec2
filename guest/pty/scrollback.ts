// What a terminal has printed: the newest bytes, each at its place since the beginning.

export interface Piece {
  readonly bytes: Buffer;
  /** Where it begins; after the place that was asked for where that is not kept any more. */
  readonly offset: number;
}

export class Scrollback {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #start = 0;
  #end = 0;

  /** Keeps at least `limit` bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get end(): number {
    return this.#end;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#end += chunk.length;
    // Whole chunks only, and seldom: to move the list at each chunk would cost more than it saves.
    if (this.#end - this.#start < 2 * this.#limit) return;
    let first = 0;
    for (; this.#end - this.#start - lengthOf(this.#chunks[first]) >= this.#limit; first += 1) {
      this.#start += lengthOf(this.#chunks[first]);
    }
    this.#chunks = this.#chunks.slice(first);
  }

  /** Up to `length` bytes from `offset` on. */
  read(offset: number, length: number): Piece {
    const from = Math.min(Math.max(offset, this.#start), this.#end);
    const parts: Buffer[] = [];
    let place = this.#start;
    for (const chunk of this.#chunks) {
      const [begin, finish] = [Math.max(from - place, 0), Math.min(from + length - place, chunk.length)];
      if (finish > begin) parts.push(chunk.subarray(begin, finish));
      place += chunk.length;
      if (place >= from + length) break;
    }
    return { bytes: Buffer.concat(parts), offset: from };
  }
}

function lengthOf(chunk: Buffer | undefined): number {
  return chunk?.length ?? 0;
}
