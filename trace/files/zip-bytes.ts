// A ZIP's bytes, as yauzl asks for them. It lists the entries in two small reads each; they are served out of blocks, so
// that the listing of ten thousand is twenty reads of the file and not twenty thousand.
import { read } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';

/** Bytes. */
const BLOCK = 64 * 1024;
const ENDS_EARLY = 'the file ends in the middle of an entry';

/** Opens a ZIP. Rejects where it is none. To be closed. */
export async function openZip(path: string): Promise<ZipFile> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const options = { lazyEntries: true, autoClose: false };
    return await fromRandomAccessReaderPromise(new ZipBytes(file), size, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class ZipBytes extends RandomAccessReader {
  readonly #file: FileHandle;
  #block = { at: 0, bytes: Buffer.alloc(0) };
  /** Where the last read ended: one that begins there is one of many. */
  #end = -1;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const isNext = position === this.#end;
    this.#end = position + length;
    const { at, bytes } = this.#block;
    if (position >= at && position + length <= at + bytes.length) {
      bytes.copy(buffer, offset, position - at, position - at + length);
      callback(null);
      return;
    }
    const fresh = Buffer.allocUnsafe(isNext ? Math.max(length, BLOCK) : length);
    read(this.#file.fd, fresh, 0, fresh.length, position, (error, count) => {
      if (error || count < length) {
        callback(error ?? new Error(ENDS_EARLY));
        return;
      }
      this.#block = { at: position, bytes: fresh.subarray(0, count) };
      fresh.copy(buffer, offset, 0, length);
      callback(null);
    });
  }

  /** Not by a stream of `fs`: yauzl destroys it at its end, and that closes the file under all others. */
  override createReadStream({ start, end }: { start: number; end: number }): Readable {
    return Readable.from(this.#chunks(start, end), { objectMode: false });
  }

  override close(callback: (error: Error | null) => void): void {
    this.#file.close().then(() => callback(null), callback);
  }

  async *#chunks(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end;) {
      const length = Math.min(BLOCK, end - at);
      const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, at);
      if (bytesRead === 0) throw new Error(ENDS_EARLY);
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }
}
