// What an export is: a trace in somebody else's format, made from the archive alone, one file after the other.
import type { TraceSource } from '../source/source.ts';

export interface ExportFile {
  /** With `/` between folders. */
  readonly name: string;
  readonly content: string | AsyncIterable<string | Uint8Array> | Iterable<string>;
  /** Compressed already (pictures). */
  readonly stored?: boolean;
}

/** One after the other; an exporter that waits for nothing before its files need not be asynchronous. */
export type ExportFiles = AsyncIterable<ExportFile> | Iterable<ExportFile>;

export interface Exporter {
  /** As it is asked for: `playwright`. */
  readonly format: string;
  /** What a person reads in a list. */
  readonly about: string;
  /** `zip`: any number of files, packed; else one file with this extension. */
  readonly extension: 'zip' | 'json' | 'jsonl' | 'py' | 'ts' | 'webm';
  /**
   * The files. Nothing but the trace decides what is in them: no clock, no chance. A trace that the format cannot hold
   * throws `unsupported`.
   */
  files(trace: TraceSource, signal?: AbortSignal): ExportFiles;
}

export const MEDIA_TYPES: Readonly<Record<Exporter['extension'], string>> = {
  zip: 'application/zip',
  json: 'application/json',
  jsonl: 'application/jsonl',
  py: 'text/x-python',
  ts: 'text/typescript',
  webm: 'video/webm',
};

/** The name under which an export is saved. */
export function exportName(traceId: string, { format, extension }: Exporter): string {
  return `${traceId}_${format}.${extension}`;
}
