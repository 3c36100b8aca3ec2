// Reads the values of one received body, in the order in which they stand. Alignment is counted from the body's start.
import { BROKEN, DBusError } from './error.ts';

export class BodyReader {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#at = start;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#take(1, 1));
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4, 4));
  }

  int32(): number {
    return this.#bytes.readInt32LE(this.#take(4, 4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8, 8));
  }

  boolean(): boolean {
    return this.uint32() !== 0;
  }

  /** A string or an object path. */
  string(): string {
    const length = this.uint32();
    const start = this.#take(1, length + 1);
    return length === 0 ? '' : this.#bytes.toString('utf8', start, start + length);
  }

  /** A string that is most likely this one, in ASCII: where it is, none is made. */
  stringLike(guess: string): string {
    const length = this.uint32();
    const start = this.#take(1, length + 1);
    let same = 0;
    while (same < length && this.#bytes[start + same] === guess.charCodeAt(same)) same += 1;
    return same === length && same === guess.length
      ? guess
      : this.#bytes.toString('utf8', start, start + length);
  }

  skipString(): void {
    this.#take(1, this.uint32() + 1);
  }

  signature(): string {
    const length = this.byte();
    const start = this.#take(1, length + 1);
    return this.#bytes.toString('latin1', start, start + length);
  }

  /** Begins a structure. */
  struct(): void {
    this.#take(8, 0);
  }

  /** Calls `read` for each element of an array whose elements are aligned to `alignment` bytes. */
  array<T>(alignment: 1 | 2 | 4 | 8, read: () => T): T[] {
    const length = this.uint32();
    const end = this.#take(alignment, 0) + length;
    if (end > this.#end) throw broken('an array is longer than its message');
    const items: T[] = [];
    while (this.#at < end) items.push(read());
    return items;
  }

  /** An array's bytes unread, as a string to recognise equal arrays by; its elements are aligned to four bytes. */
  arrayBytes(): string {
    const length = this.uint32();
    const start = this.#take(4, length);
    return this.#bytes.toString('latin1', start, start + length);
  }

  /** The value of a variant of one simple type; throws for another type. */
  variant(type: 's' | 'o' | 'i' | 'u' | 'd'): string | number {
    const found = this.signature();
    if (found !== type) throw broken(`a value of type ${type} was expected and ${found} came`);
    if (type === 's' || type === 'o') return this.string();
    if (type === 'd') return this.double();
    return type === 'i' ? this.int32() : this.uint32();
  }

  #take(alignment: number, length: number): number {
    const offset = this.#at - this.#start;
    const at = this.#start + ((offset + alignment - 1) & -alignment);
    if (at + length > this.#end) throw broken('a value is longer than its message');
    this.#at = at + length;
    return at;
  }
}

function broken(message: string): DBusError {
  return new DBusError(BROKEN, message);
}
