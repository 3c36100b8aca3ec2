// What a program wrote: kept up to a limit, as text where it is text.

/** Bytes of one stream that an answer carries at the most. */
export const OUTPUT_LIMIT = 4 * 1024 * 1024;

export interface Output {
  text: string;
  /** Base64 of the bytes, where they are not UTF-8. */
  base64: string | undefined;
  /** Bytes written in all, the cut ones included. */
  bytes: number;
  truncated: boolean;
}

/** Collects a stream's bytes; what comes after the limit is counted and dropped, so the program never blocks. */
export class OutputCollector {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #kept = 0;
  #bytes = 0;

  constructor(limit = OUTPUT_LIMIT) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = this.#limit - this.#kept;
    if (room <= 0) return;
    const part = chunk.subarray(0, room);
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  output(): Output {
    const bytes = Buffer.concat(this.#chunks);
    const text = bytes.toString('utf8');
    const truncated = this.#bytes > this.#kept;
    const exact = Buffer.from(text).equals(bytes);
    return { text, base64: exact ? undefined : bytes.toString('base64'), bytes: this.#bytes, truncated };
  }
}
