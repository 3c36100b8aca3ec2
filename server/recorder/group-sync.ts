// One flush to the disk for all who wait for one: whoever comes while it runs gets the next.
import { fdatasync } from 'node:fs';
import { promisify } from 'node:util';

const flush = promisify(fdatasync);

export class GroupSync {
  readonly #fd: number;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Resolves when everything that was written before the call is on the disk itself. Rejects with the file system's error. */
  sync(): Promise<void> {
    if (!this.#running) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = flush(this.#fd).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
