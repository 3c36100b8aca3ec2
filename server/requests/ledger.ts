// The ledger of one desktop: which requests it was given and what became of them, in a file that a killed server leaves whole.
// Each row is one line of JSON, in the file when `append` returns. What it tells of follows the row, never the other way.
import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { RequestId } from '../../protocol/envelope.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import { isMissing, PRIVATE_FILE } from '../fs-atomic.ts';
import type { Log } from '../log.ts';
import { asStorageError } from '../recorder/reserve.ts';
import { KeptReply } from './kept-reply.ts';

/** The last row of a request tells what is known of it: `call` that it was sent to the guest, `reply` how it ended. */
export const LedgerRow = z.object({
  v: z.literal(1),
  session: z.string(),
  id: RequestId,
  /** Of command and parameters; see request-mac.ts. */
  mac: z.string(),
  ts_ms: z.number(),
  call: z.object({ call_id: z.string(), boot: z.string() }).optional(),
  reply: KeptReply.optional(),
  /** When that was. */
  ended_ms: z.number().optional(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

/** A smaller file is not written anew. Bytes. */
const COMPACTED_BYTES = 1024 * 1024;

export interface LedgerParts {
  readonly path: string;
  readonly log: Log;
  /** For tests. Default 1 MiB. */
  readonly compactedBytes?: number;
}

export class Ledger {
  readonly #parts: LedgerParts;
  #fd: number | undefined;
  #bytes = 0;
  #limit: number;
  #open = true;
  #live: () => Iterable<LedgerRow> = () => [];

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#limit = this.#smallest;
  }

  /** Whether it takes rows. */
  get open(): boolean {
    return this.#open;
  }

  /**
   * The rows that are there; to be called once, before the first `append`. A torn last row is cut off. `live` gives what is
   * still to be known, whenever the file has grown to twice of what it need be.
   */
  load(live: () => Iterable<LedgerRow>): LedgerRow[] {
    this.#live = live;
    const text = this.#read();
    const whole = text.subarray(0, text.lastIndexOf(0x0a) + 1);
    if (whole.length < text.length) this.#cut(whole.length, text.length - whole.length);
    this.#bytes = whole.length;
    const lines = whole.toString('utf8').split('\n').slice(0, -1);
    return lines.flatMap((line, index) => this.#parse(line, index) ?? []);
  }

  /** Throws `storage_full` where there is no room; then nothing was written. */
  append(row: LedgerRow): void {
    this.#fd ??= openSync(this.#parts.path, 'a', PRIVATE_FILE);
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    try {
      writeWhole(this.#fd, line, this.#bytes);
    } catch (error) {
      throw asStorageError(error);
    }
    this.#bytes += line.length;
    if (this.#bytes > this.#limit) this.#compact();
  }

  /** Writes the file anew with what is still to be known: what is not is on the disk no more. Throws where it cannot be. */
  rewrite(): void {
    if (this.#open && this.#bytes > 0) this.#writeAnew();
  }

  close(): void {
    this.#open = false;
    this.#closeFile();
  }

  /** The desktop is gone, and with it what it was asked. */
  remove(): void {
    this.close();
    for (const path of [this.#parts.path, this.#temporary]) rmSync(path, { force: true });
  }

  get #temporary(): string {
    return `${this.#parts.path}.tmp`;
  }

  get #smallest(): number {
    return this.#parts.compactedBytes ?? COMPACTED_BYTES;
  }

  #read(): Buffer {
    try {
      return readFileSync(this.#parts.path);
    } catch (error) {
      if (isMissing(error)) return Buffer.alloc(0);
      throw error;
    }
  }

  #cut(bytes: number, torn: number): void {
    this.#parts.log.warn('ledger.torn', { path: this.#parts.path, bytes: torn });
    const fd = openSync(this.#parts.path, 'r+');
    try {
      ftruncateSync(fd, bytes);
    } finally {
      closeSync(fd);
    }
  }

  /** One row that cannot be read must not hide the others. */
  #parse(line: string, index: number): LedgerRow | undefined {
    try {
      return LedgerRow.parse(JSON.parse(line));
    } catch (error) {
      this.#parts.log.error('ledger.unreadable', { path: this.#parts.path, line: index + 1, error });
      return undefined;
    }
  }

  #compact(): void {
    try {
      this.#writeAnew();
    } catch (error) {
      // It is only longer than it need be.
      this.#limit = 2 * this.#bytes;
      this.#parts.log.error('ledger.not_compacted', { error: toDeskreelError(error) });
    }
  }

  /** The old file stays in place until the new one is whole. */
  #writeAnew(): void {
    const bytes = writeRows(this.#temporary, this.#live());
    this.#closeFile();
    renameSync(this.#temporary, this.#parts.path);
    this.#bytes = bytes;
    this.#limit = Math.max(this.#smallest, 2 * bytes);
  }

  #closeFile(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function writeRows(path: string, rows: Iterable<LedgerRow>): number {
  const fd = openSync(path, 'w', PRIVATE_FILE);
  try {
    let bytes = 0;
    for (const row of rows) {
      const line = Buffer.from(`${JSON.stringify(row)}\n`);
      writeWhole(fd, line, bytes);
      bytes += line.length;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** Half a row would swallow the one after it: `length` is what the file is cut to where it does not get whole. */
function writeWhole(fd: number, bytes: Buffer, length: number): void {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written);
  } catch (error) {
    if (written > 0) ftruncateSync(fd, length);
    throw error;
  }
}
