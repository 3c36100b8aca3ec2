// Whose archive it is, and where in it the trace lies.
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { DeskreelError } from '../../protocol/errors.ts';
import { FolderFiles } from '../files/folder-files.ts';
import { wholePath } from '../files/inside.ts';
import type { TraceFiles } from '../files/trace-files.ts';
import { ZipFiles } from '../files/zip-files.ts';
import { JOURNAL } from '../layout.ts';
import { cuaImporter } from './cua.ts';
import type { Importer } from './importer.ts';
import { osworldImporter } from './osworld.ts';

const IMPORTERS: readonly Importer[] = [cuaImporter, osworldImporter];

export interface Found {
  readonly importer: Importer;
  /** Of the trace alone, wherever it lies in the archive. */
  readonly files: TraceFiles;
}

/** Opens a folder or a ZIP to be imported. Throws `bad_request` where it holds no trace that is known. */
export async function openImport(path: string): Promise<Found> {
  const all = await openAny(path);
  try {
    for (const importer of IMPORTERS) {
      const mark = all.names.find((name) => name === importer.mark || name.endsWith(`/${importer.mark}`));
      if (mark === undefined) continue;
      const files = new Below(all, mark.slice(0, mark.length - importer.mark.length));
      if (files.has(JOURNAL)) {
        throw new DeskreelError(
          'bad_request',
          "this is Deskreel's own archive: it is read as it is, no import is needed",
        );
      }
      return { importer, files };
    }
  } catch (error) {
    await all[Symbol.asyncDispose]();
    throw error;
  }
  await all[Symbol.asyncDispose]();
  const marks = IMPORTERS.map(({ format, mark }) => `${mark} (${format})`).join(' nor ');
  throw new DeskreelError('bad_request', `there is no trace to import: neither ${marks} is in it`);
}

async function openAny(path: string): Promise<TraceFiles> {
  try {
    return (await stat(path)).isDirectory()
      ? await FolderFiles.open(path)
      : await ZipFiles.open(path, wholePath);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('bad_request', `it cannot be opened: ${reason}`, { cause });
  }
}

/** The files below a folder. */
class Below implements TraceFiles {
  readonly names: readonly string[];
  readonly #all: TraceFiles;
  readonly #folder: string;

  constructor(all: TraceFiles, folder: string) {
    this.#all = all;
    this.#folder = folder;
    this.names = all.names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
  }

  has(name: string): boolean {
    return this.#all.has(this.#folder + name);
  }

  stream(name: string): Promise<Readable> {
    return this.#all.stream(this.#folder + name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all[Symbol.asyncDispose]();
  }
}
