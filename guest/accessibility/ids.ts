// Short names for elements that stay the same for as long as the element lives.
// Invariant: no toolkit here uses a path twice while its program runs (ATK and Qt count up, GTK4 makes a UUID), and a bus
// never gives a unique name twice; so bus, name and path together are the element.
import type { Reference } from './atspi.ts';

/** Elements that are remembered beside those of the last reading, for each program. */
const SPARE = 10_000;

interface Known {
  readonly id: string;
  reading: number;
}

export class ElementIds {
  readonly #programs = new Map<string, Map<string, Known>>();
  #count = 0;
  #reading = 0;

  /** `bus` tells buses apart: after a restart the names on it begin anew. */
  idOf(bus: string, ref: Reference): string {
    const program = `${bus} ${ref.bus}`;
    let known = this.#programs.get(program);
    if (!known) this.#programs.set(program, (known = new Map<string, Known>()));
    const found = known.get(ref.path);
    if (found) {
      found.reading = this.#reading;
      return found.id;
    }
    this.#count += 1;
    const id = `e${this.#count}`;
    known.set(ref.path, { id, reading: this.#reading });
    return id;
  }

  /** After a reading: programs that are gone are forgotten, and of the others what was seen last long ago. */
  forget(isAlive: (bus: string, program: string) => boolean): void {
    for (const [key, known] of this.#programs) {
      const [bus = '', program = ''] = key.split(' ');
      if (!isAlive(bus, program)) this.#programs.delete(key);
      else this.#trim(known);
    }
    this.#reading += 1;
  }

  #trim(known: Map<string, Known>): void {
    let unseen = 0;
    for (const { reading } of known.values()) if (reading !== this.#reading) unseen += 1;
    for (const [path, { reading }] of known) {
      if (unseen <= SPARE) return;
      if (reading === this.#reading) continue;
      known.delete(path);
      unseen -= 1;
    }
  }
}
