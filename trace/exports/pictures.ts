// Pictures of an export: as files, each once, or inside JSON as base64.
import { buffer } from 'node:stream/consumers';
import type { TakenFrame } from '../call-index.ts';
import type { TraceSource } from '../source/source.ts';
import type { ExportFile } from './exporter.ts';

export class PictureFiles {
  readonly #trace: TraceSource;
  readonly #folder: string;
  readonly #written = new Set<string>();

  /** @param folder with its slash: `images/`; empty for none */
  constructor(trace: TraceSource, folder: string) {
    this.#trace = trace;
    this.#folder = folder;
  }

  /** Where the frame's file lies in the export. */
  nameOf(frame: TakenFrame): string {
    return `${this.#folder}${frame.file}`;
  }

  /** The frame's file, the first time that it is asked for. */
  async *once(frame: TakenFrame | undefined): AsyncGenerator<ExportFile> {
    if (!frame || this.#written.has(frame.file)) return;
    this.#written.add(frame.file);
    yield await pictureFile(this.#trace, frame, this.nameOf(frame));
  }
}

export async function pictureFile(trace: TraceSource, frame: TakenFrame, name: string): Promise<ExportFile> {
  return { name, content: await trace.picture(frame), stored: true };
}

/** The frame's PNG in base64. */
export async function base64Picture(trace: TraceSource, frame: TakenFrame): Promise<string> {
  return (await buffer(await trace.picture(frame))).toString('base64');
}
