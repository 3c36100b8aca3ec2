// The files of a finished trace, wherever they lie: in a folder or inside a ZIP.
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FolderFiles } from './folder-files.ts';
import { ZipFiles } from './zip-files.ts';

export interface TraceFiles extends AsyncDisposable {
  /** Paths below the trace's own folder, with `/`. A name that an archive holds twice is listed twice. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Rejects where there is no such file, or it cannot be read. */
  stream(name: string): Promise<Readable>;
}

/** Opens a trace's folder or its ZIP. Rejects where there is neither at `path`. To be disposed of. */
export async function openTraceFiles(path: string): Promise<TraceFiles> {
  return (await stat(path)).isDirectory() ? FolderFiles.open(path) : ZipFiles.open(path);
}

/** A file as a whole. */
export async function readWhole(files: TraceFiles, name: string): Promise<Buffer> {
  return buffer(await files.stream(name));
}
