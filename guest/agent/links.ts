// The links that are open, and what is to be told over one when there is one again.
import type { FromGuest } from '../../protocol/link.ts';

interface Link {
  send(message: FromGuest): void;
}

/** So many messages wait for a server that stays away; the oldest go first. */
const WAITING = 100;

export class Links {
  readonly #open = new Set<Link>();
  #waiting: FromGuest[] = [];

  /** Tells all servers that are there, or the next one. */
  tell(message: FromGuest): void {
    if (this.#open.size === 0) this.#waiting = [...this.#waiting, message].slice(-WAITING);
    for (const link of this.#open) link.send(message);
  }

  add(link: Link): void {
    this.#open.add(link);
    for (const message of this.#waiting) link.send(message);
    this.#waiting = [];
  }

  remove(link: Link): void {
    this.#open.delete(link);
  }
}
