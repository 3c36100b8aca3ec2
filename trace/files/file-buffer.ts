// Many small files, one after the other, through one buffer: a new one for each is memory outside of the heap, which waits
// for a collector that is in no hurry.
import { open } from 'node:fs/promises';

export class FileBuffer {
  readonly #buffer: Buffer;

  /** @param largest the bytes of the largest file that it takes */
  constructor(largest: number) {
    this.#buffer = Buffer.allocUnsafeSlow(largest);
  }

  /** The file's content, until the next one is read; undefined where it does not fit. */
  async read(path: string): Promise<Buffer | undefined> {
    await using file = await open(path);
    const { length: largest } = this.#buffer;
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(this.#buffer, length, largest - length);
      length += bytesRead;
      // What fills it may go on.
      if (length === largest) return undefined;
      if (bytesRead === 0) return this.#buffer.subarray(0, length);
    }
  }

  /** A text, until the next one is written; undefined where it does not fit. */
  encode(text: string): Buffer | undefined {
    if (Buffer.byteLength(text) > this.#buffer.length) return undefined;
    return this.#buffer.subarray(0, this.#buffer.write(text));
  }
}
