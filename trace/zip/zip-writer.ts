// A ZIP that is written entry by entry, without entries for folders.
//
// Its buffers and its deflater are used again for each entry. A library makes several streams and buffers for each, outside of
// the heap, where no collector is in a hurry: twenty thousand entries had a server grow by 280 MB that it never gave back.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { FileBuffer } from '../files/file-buffer.ts';
import { Deflater } from './deflater.ts';
import { centralRecord, dataDescriptor, endRecords, localHeader, type ZipEntry } from './zip-records.ts';
import type { ZipSink } from './zip-sink.ts';

/** What is handed to the sink at once, and the largest file that is read in one piece. Bytes. */
const BUFFER = 1024 * 1024;

export interface EntryOptions {
  /** Not deflated, for what is compressed already. */
  readonly stored?: boolean;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The list at the ZIP's end. In one piece: a small Buffer by itself is a slice of Node's pool, and holds all of it, with what
 * else was in it, for as long as the ZIP is written.
 */
class CentralList {
  entries = 0;
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #filled = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#filled);
  }

  add(entry: ZipEntry): void {
    const record = centralRecord(entry);
    if (this.#filled + record.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length);
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(record, this.#filled);
    this.#filled += record.length;
    this.entries += 1;
  }
}

export class ZipWriter {
  readonly #sink: ZipSink;
  readonly #date: Date | undefined;
  readonly #deflater = new Deflater();
  readonly #content = new FileBuffer(BUFFER);
  readonly #out = Buffer.allocUnsafeSlow(BUFFER);
  readonly #list = new CentralList();
  #filled = 0;
  #offset = 0;
  #failure: Error | undefined;

  /** @param date of every entry; by default, the time at which it is added */
  constructor(sink: ZipSink, date?: Date) {
    this.#sink = sink;
    this.#date = date;
  }

  addText(name: string, text: string): Promise<void> {
    return this.#guarded(async () => {
      await this.#addChunks([this.#content.encode(text) ?? Buffer.from(text)], name, false);
    });
  }

  addFile(path: string, name: string, { stored = false }: EntryOptions = {}): Promise<void> {
    return this.#guarded(async () => {
      const bytes = await this.#content.read(path);
      if (!bytes) await this.#addChunks(createReadStream(path), name, stored);
      else if (stored) await this.#addStored(bytes, name);
      else await this.#addChunks([bytes], name, false);
    });
  }

  /** Resolves when the stream has been read to its end; one that fails fails the ZIP. */
  addStream(content: Readable, name: string, { stored = false }: EntryOptions = {}): Promise<void> {
    return this.#guarded(() => this.#addChunks(content as AsyncIterable<Uint8Array>, name, stored));
  }

  finish(): Promise<void> {
    return this.#guarded(async () => {
      const offset = this.#offset;
      const { bytes, entries } = this.#list;
      await this.#write(bytes);
      await this.#write(endRecords(entries, { offset, bytes: bytes.length }));
      await this.#flush();
      await this.#sink.end();
      this.#deflater.close();
    });
  }

  async #addStored(bytes: Uint8Array, name: string): Promise<void> {
    const sizes = { compressed: bytes.length, size: bytes.length, crc: crc32(bytes) };
    const entry = { ...this.#begun(name, true), ...sizes, streamed: false };
    await this.#write(localHeader(entry));
    await this.#write(bytes);
    this.#list.add(entry);
  }

  async #addChunks(chunks: Chunks, name: string, stored: boolean): Promise<void> {
    const entry = { ...this.#begun(name, stored), compressed: 0, size: 0, crc: 0, streamed: true };
    await this.#write(localHeader(entry));
    const begun = this.#offset;
    for await (const bytes of chunks) {
      entry.crc = crc32(bytes, entry.crc);
      entry.size += bytes.length;
      if (stored) await this.#write(bytes);
      else for (const part of await this.#deflater.add(bytes)) await this.#write(part);
    }
    if (!stored) for (const part of await this.#deflater.end()) await this.#write(part);
    entry.compressed = this.#offset - begun;
    await this.#write(dataDescriptor(entry));
    this.#list.add(entry);
  }

  #begun(name: string, stored: boolean): Pick<ZipEntry, 'name' | 'stored' | 'date' | 'offset'> {
    return { name: Buffer.from(name), stored, date: this.#date ?? new Date(), offset: this.#offset };
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    if (this.#filled + bytes.length > BUFFER) await this.#flush();
    if (bytes.length > BUFFER) {
      await this.#sink.write(bytes);
      return;
    }
    this.#out.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  async #flush(): Promise<void> {
    if (this.#filled > 0) await this.#sink.write(this.#out.subarray(0, this.#filled));
    this.#filled = 0;
  }

  /** What fails leaves no ZIP that looks whole. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    if (this.#failure) throw this.#failure;
    try {
      await work();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#deflater.close();
      await this.#sink.destroy(this.#failure);
      throw error;
    }
  }
}
