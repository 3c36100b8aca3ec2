// A ZIP that is written entry by entry, with few of them in memory, and without entries for folders.
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';

/** Whoever unpacks an archive may read it. */
const ENTRY_MODE = 0o644;
/** Entries that are in memory at the same time. */
const WINDOW = 32;

export interface EntryOptions {
  /** Not deflated, for what is compressed already. */
  readonly stored?: boolean;
}

export class ZipWriter {
  readonly #zip = new ZipArchive();
  readonly #written: Promise<void>;
  readonly #date: Date | undefined;
  #pending = 0;
  #failure: { error: unknown } | undefined;
  /** Ends the wait for an entry. */
  #wake: () => void = () => undefined;

  /**
   * Writes to `sink`, which it ends or destroys.
   *
   * @param date of every entry; by default, the time at which it is added
   */
  constructor(sink: Writable, date?: Date) {
    this.#date = date;
    this.#written = pipeline(this.#zip, sink);
    this.#written.catch((error: unknown) => {
      this.#failure = { error };
      this.#wake();
    });
    this.#zip.on('entry', () => {
      this.#pending -= 1;
      this.#wake();
    });
    // A file that is not there would only be left out.
    this.#zip.on('warning', (error) => this.#zip.destroy(error));
  }

  addText(name: string, text: string): Promise<void> {
    return this.#added(() => this.#zip.append(text, this.#entry(name, false)), WINDOW);
  }

  addFile(path: string, name: string, { stored = false }: EntryOptions = {}): Promise<void> {
    return this.#added(() => this.#zip.file(path, this.#entry(name, stored)), WINDOW);
  }

  /** Resolves when the stream has been read to its end; one that fails fails the ZIP. */
  addStream(content: Readable, name: string, { stored = false }: EntryOptions = {}): Promise<void> {
    content.once('error', (error) => this.#zip.destroy(error));
    return this.#added(() => this.#zip.append(content, this.#entry(name, stored)), 1);
  }

  async finish(): Promise<void> {
    this.#throwFailure();
    await Promise.all([this.#zip.finalize(), this.#written]);
  }

  /** Gives up: what was written is no ZIP. */
  abort(error: Error): void {
    this.#zip.destroy(error);
  }

  /** The types of `append` know nothing of `store`, those of `file` do; both take it. */
  #entry(name: string, store: boolean): { name: string; mode: number; store: boolean; date?: Date } {
    return { name, mode: ENTRY_MODE, store, ...(this.#date ? { date: this.#date } : {}) };
  }

  async #added(add: () => void, window: number): Promise<void> {
    this.#pending += 1;
    add();
    while (this.#pending >= window && !this.#failure) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
