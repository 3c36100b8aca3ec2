// A trace in its ZIP. The entries are listed once; a file is inflated when it is asked for.
import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { DeskreelError } from '../../protocol/errors.ts';
import { pathInside } from './inside.ts';
import type { TraceFiles } from './trace-files.ts';
import { openZip } from './zip-bytes.ts';

export class ZipFiles implements TraceFiles {
  readonly names: readonly string[];
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, names: readonly string[], entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.names = names;
    this.#entries = entries;
  }

  /** `nameOf` says under which name an entry is found; by default that below the archive's own folder. */
  static async open(
    path: string,
    nameOf: (entry: Entry) => string | undefined = pathInside,
  ): Promise<ZipFiles> {
    const zip = await openZip(path);
    try {
      const names: string[] = [];
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        const name = nameOf(entry);
        if (name === undefined || name.endsWith('/')) continue;
        names.push(name);
        entries.set(name, lightened(entry));
      }
      return new ZipFiles(zip, names, entries);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  async stream(name: string): Promise<Readable> {
    const entry = this.#entries.get(name);
    if (!entry) throw new DeskreelError('not_found', `the archive has no ${name}`);
    return this.#zip.openReadStreamPromise(entry);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#zip.close();
    return Promise.resolve();
  }
}

const NOTHING = Buffer.alloc(0);

/** Without what is needed to read the listing only: a long trace has tens of thousands of entries. */
function lightened(entry: Entry): Entry {
  return Object.assign(entry, {
    extraFields: [],
    extraFieldRaw: NOTHING,
    fileNameRaw: NOTHING,
    fileCommentRaw: NOTHING,
  });
}
