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

/** Where an element is: its bus's address, its program there and its path in the program. */
export interface ElementAddress {
  readonly bus: string;
  readonly ref: Reference;
}

export class ElementIds {
  readonly #programs = new Map<string, Map<string, Known>>();
  readonly #addresses = new Map<string, ElementAddress>();
  #count: number;
  #reading = 0;
  /** Of the program whose element was asked for last: the next one is likely to be its too. */
  #last: { readonly bus: string; readonly program: string; readonly known: Map<string, Known> } | undefined;

  /** Ids are numbered from `first`: of two agents that follow each other none may give the same id. */
  constructor(first = 1) {
    this.#count = first - 1;
  }

  /** `bus` tells buses apart: after a restart the names on it begin anew. */
  idOf(bus: string, ref: Reference): string {
    const known = this.#knownOf(bus, ref.bus);
    const found = known.get(ref.path);
    if (found) {
      found.reading = this.#reading;
      return found.id;
    }
    this.#count += 1;
    const id = `e${this.#count}`;
    known.set(ref.path, { id, reading: this.#reading });
    this.#addresses.set(id, { bus, ref });
    return id;
  }

  /** The element that an id was given to; undefined where it was never given, or is forgotten. */
  addressOf(id: string): ElementAddress | undefined {
    return this.#addresses.get(id);
  }

  /** After a reading: programs that are gone are forgotten, and of the others what was seen last long ago. */
  forget(isAlive: (bus: string, program: string) => boolean): void {
    for (const [key, known] of this.#programs) {
      const [bus = '', program = ''] = key.split(' ');
      if (isAlive(bus, program)) this.#trim(known);
      else this.#forgetProgram(key, known);
    }
    this.#reading += 1;
  }

  #knownOf(bus: string, program: string): Map<string, Known> {
    if (this.#last?.bus === bus && this.#last.program === program) return this.#last.known;
    const key = `${bus} ${program}`;
    let known = this.#programs.get(key);
    if (!known) this.#programs.set(key, (known = new Map<string, Known>()));
    this.#last = { bus, program, known };
    return known;
  }

  #forgetProgram(key: string, known: ReadonlyMap<string, Known>): void {
    this.#programs.delete(key);
    this.#last = undefined;
    for (const { id } of known.values()) this.#addresses.delete(id);
  }

  #trim(known: Map<string, Known>): void {
    let unseen = 0;
    for (const { reading } of known.values()) if (reading !== this.#reading) unseen += 1;
    for (const [path, { id, reading }] of known) {
      if (unseen <= SPARE) return;
      if (reading === this.#reading) continue;
      known.delete(path);
      this.#addresses.delete(id);
      unseen -= 1;
    }
  }
}
