// A trace in a folder.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { TraceFiles } from './trace-files.ts';

export class FolderFiles implements TraceFiles {
  readonly names: readonly string[];
  readonly #dir: string;
  readonly #known: ReadonlySet<string>;

  private constructor(dir: string, names: readonly string[]) {
    this.#dir = dir;
    this.names = names;
    this.#known = new Set(names);
  }

  static async open(dir: string): Promise<FolderFiles> {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
    return new FolderFiles(dir, names.sort());
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  stream(name: string): Promise<Readable> {
    return Promise.resolve(createReadStream(join(this.#dir, name)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
