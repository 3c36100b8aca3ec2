// Where the bytes of a ZIP go.
import { open, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

export interface ZipSink {
  /** The bytes are the sink's until this resolves, and the caller's again afterwards. */
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** What was written is no ZIP. */
  destroy(error: Error): Promise<void>;
}

/** A file of its own, which must not be there with anything in it. */
export class FileSink implements ZipSink {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string, mode?: number): Promise<FileSink> {
    return new FileSink(await open(path, 'w', mode));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, at);
      at += bytesWritten;
    }
  }

  async end(): Promise<void> {
    await this.#file.close();
  }

  async destroy(): Promise<void> {
    await this.#file.close();
  }
}

/** A stream, which may keep what it was given. */
export class StreamSink implements ZipSink {
  readonly #stream: Writable;
  readonly #failed = new AbortController();

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => this.#failed.abort(error));
    stream.on('close', () => this.#failed.abort(new Error('what the ZIP is written to was closed')));
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { signal } = this.#failed;
    signal.throwIfAborted();
    if (!this.#stream.write(Buffer.from(bytes))) await drained(this.#stream, signal);
  }

  async end(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream, { readable: false });
  }

  destroy(error: Error): Promise<void> {
    this.#stream.destroy(error);
    return Promise.resolve();
  }
}

async function drained(stream: Writable, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const drain = (): void => resolve(undefined);
  const abort = (): void => reject(signal.reason as Error);
  stream.once('drain', drain);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await promise;
  } finally {
    stream.off('drain', drain);
    signal.removeEventListener('abort', abort);
  }
}
