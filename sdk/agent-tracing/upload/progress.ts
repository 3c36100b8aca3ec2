// Bytes of an upload: of all parts, one number that only grows.
export class Progress {
  readonly #total: number;
  readonly #tell: ((done: number, total: number) => void) | undefined;
  readonly #parts = new Map<string, number>();
  #told = -1;

  constructor(total: number, tell: ((done: number, total: number) => void) | undefined) {
    this.#total = total;
    this.#tell = tell;
  }

  /** `bytes` of this part have gone out; a try that begins anew takes nothing back. */
  at(part: string, bytes: number): void {
    this.#parts.set(part, Math.max(this.#parts.get(part) ?? 0, bytes));
    const done = [...this.#parts.values()].reduce((sum, some) => sum + some, 0);
    // All of it is done only when the end was acknowledged.
    const shown = Math.min(done, this.#total - 1);
    if (shown > this.#told) this.#say(shown);
  }

  finish(): void {
    this.#say(this.#total);
  }

  #say(done: number): void {
    this.#told = done;
    try {
      this.#tell?.(done, this.#total);
    } catch {
      // The caller's own display must not end the upload of its run.
    }
  }
}
