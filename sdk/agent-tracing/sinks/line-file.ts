// A file that grows line by line. A line is in the file when `write` returns, so a kill loses none of them; only what is
// large is written a moment later, so that it does not hold up its caller.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What was typed and seen is for its owner's eyes. */
const PRIVATE_FILE = 0o600;
const NEWLINE = 0x0a;

export interface LineFileParts {
  readonly path: string;
  /** A line could not be written, and is lost. */
  readonly onError: (error: Error) => void;
}

export class LineFile {
  readonly #parts: LineFileParts;
  readonly #fd: number;
  /** Lines that wait, oldest first. */
  #waiting: (() => string)[] = [];
  #isScheduled = false;
  /** The last line was cut off: the next one must not be glued to it. */
  #torn: boolean;
  #open = true;

  /** Makes the parents; a file that is there is appended to. Throws where it cannot be written. */
  constructor(parts: LineFileParts) {
    this.#parts = parts;
    mkdirSync(dirname(parts.path), { recursive: true });
    this.#fd = openSync(parts.path, 'a+', PRIVATE_FILE);
    this.#torn = isTorn(this.#fd);
    process.on('exit', this.#flush);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Writes now, unless lines before it still wait. */
  write(line: string): void {
    if (this.#waiting.length === 0) this.#append(line);
    else this.#waiting.push(() => line);
  }

  /** Makes and writes the line as soon as the caller has gone on. */
  writeSoon(makeLine: () => string): void {
    this.#waiting.push(makeLine);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#flush);
  }

  close(): void {
    if (!this.#open) return;
    this.#flush();
    this.#open = false;
    process.off('exit', this.#flush);
    closeSync(this.#fd);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const makeLine of waiting) this.#append(makeLine());
  };

  #append(line: string): void {
    try {
      const bytes = Buffer.from(this.#torn ? `\n${line}\n` : `${line}\n`);
      this.#torn = true;
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
      this.#torn = false;
    } catch (error) {
      this.#parts.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Whether the file ends in the middle of a line, as a kill or a full disk leaves it. */
function isTorn(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}
