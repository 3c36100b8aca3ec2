// Desktops' names: one desktop each, taken from the moment it is being made.
import { DeskreelError } from '../../protocol/errors.ts';

export class NameTable {
  readonly #taken = new Set<string>();

  /** Throws `conflict` where another desktop has it. */
  take(name: string): void {
    if (this.#taken.has(name)) {
      throw new DeskreelError('conflict', `name: a desktop is called ${name} already; choose another`);
    }
    this.#taken.add(name);
  }

  free(name: string): void {
    this.#taken.delete(name);
  }
}
