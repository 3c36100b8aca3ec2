// What is known of the upload of one run, on disk under `<data>/uploads/<id>/`. The id is a hash: no run's name is ever a path.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';

export const UploadRecord = z.object({
  run_id: z.string(),
  goal: z.string().nullable(),
  /** Opens the addresses of the parts. */
  key: z.string(),
  /** Of the trace that it becomes; chosen once, so that a completion that was cut off goes on with it. */
  trace_id: z.string(),
  finished: z.boolean(),
  /** SHA-256 of the lines as they were uploaded, by which a client knows its own run again. */
  sha256: z.string().nullable(),
});
export type UploadRecord = z.infer<typeof UploadRecord>;

export interface UploadPlace {
  readonly id: string;
  readonly dir: string;
}

export const RECORD_FILE = 'upload.json';
export const LINES_FILE = 'trace.jsonl';
export const INDEX_FILE = 'index.json';
export const SCREENSHOTS_DIR = 'screenshots';

export function placeOf(root: string, runId: string): UploadPlace {
  const id = createHash('sha256').update(runId).digest('hex').slice(0, 32);
  return { id, dir: join(root, id) };
}

export function isUploadId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** A picture's place: its number and its format. */
export function screenshotName(sequence: number, format: 'png' | 'jpeg'): string {
  return `${sequence}.${format}`;
}
