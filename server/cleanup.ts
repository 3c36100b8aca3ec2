// What must be undone, in reverse order of how it was made. Every resource goes on a stack before the next step.

export class CleanupStack {
  readonly #steps: { name: string; undo: () => unknown }[] = [];

  defer(name: string, undo: () => unknown): void {
    this.#steps.push({ name, undo });
  }

  /** Undoes everything that is left, newest first. Every step is tried; what failed is thrown together at the end. */
  async run(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.undo();
      } catch (cause) {
        failures.push(new Error(`clean-up of ${step.name} failed`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join('; '));
  }

  /** Moves what was collected to a longer life. */
  moveTo(target: CleanupStack): void {
    for (const step of this.#steps.splice(0)) target.defer(step.name, step.undo);
  }
}
