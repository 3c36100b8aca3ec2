// One after the other, in the order of arrival. A desktop has one lane for input, shared by all its clients.

export class Lane {
  #tail: Promise<void> = Promise.resolve();

  /** Runs `work` when all that entered before has ended, however it ended. */
  enter<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** Resolves when all that has entered so far has ended. */
  idle(): Promise<void> {
    return this.#tail;
  }
}
