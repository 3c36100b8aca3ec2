// What an import is: somebody else's archive as commands, pictures and metadata, in the order of their times.
import type { TreeReport } from '../../protocol/tree.ts';
import type { TraceFiles } from '../files/trace-files.ts';

/** Milliseconds since 1970. Pictures are names of files. */
export type ImportedItem = { readonly atMs: number } & (
  | {
      readonly kind: 'call';
      readonly method: string;
      readonly args: Record<string, unknown>;
      readonly success: boolean;
      readonly error?: string | undefined;
      readonly result?: unknown;
      /** What it led to. */
      readonly after?: string | undefined;
      /** The tree after it; `missing` where one was to be recorded. */
      readonly tree?: TreeReport | 'missing' | undefined;
    }
  | { readonly kind: 'metadata'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'picture'; readonly when: 'initial' | 'final'; readonly file: string }
);

export interface Imported {
  readonly name: string | undefined;
  /** The trace's id in its own format. */
  readonly id: string | undefined;
  readonly startMs: number;
  readonly image?: string | undefined;
  /** Whether trees were to be recorded. */
  readonly trees?: boolean | undefined;
  items(): AsyncGenerator<ImportedItem>;
}

export interface Importer {
  readonly format: 'cua' | 'osworld';
  /** The file that shows that it is one. */
  readonly mark: string;
  /** Throws `bad_request` where the archive is not what its mark says. */
  read(files: TraceFiles): Promise<Imported>;
}
