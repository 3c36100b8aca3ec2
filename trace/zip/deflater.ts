// Deflates one content after the other with one state of zlib: each costs 270 KB to make, and one for every entry of a long
// archive is memory that the process does not get rid of again.
import { constants, createDeflateRaw } from 'node:zlib';

export class Deflater {
  readonly #zlib = createDeflateRaw();
  #out: Buffer[] = [];

  constructor() {
    this.#zlib.on('data', (bytes: Buffer) => this.#out.push(bytes));
  }

  /** What comes of it so far. `bytes` may be used again when this resolves. */
  async add(bytes: Uint8Array): Promise<readonly Buffer[]> {
    await this.#done((done) => this.#zlib.write(bytes, done));
    return this.#taken();
  }

  /** What is left of the content; the next one may follow. */
  async end(): Promise<readonly Buffer[]> {
    await this.#done((done) => this.#zlib.flush(constants.Z_FINISH, done));
    this.#zlib.reset();
    return this.#taken();
  }

  close(): void {
    this.#zlib.destroy();
  }

  #taken(): readonly Buffer[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  async #done(work: (done: (error?: Error | null) => void) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    // A closed one calls nobody back.
    this.#zlib.once('error', reject);
    work((error) => (error ? reject(error) : resolve(undefined)));
    await promise;
    this.#zlib.off('error', reject);
  }
}
