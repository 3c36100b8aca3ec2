// The upload of an agent's finished run, as Predicate's clients speak it: init, parts to addresses of their own, complete.
import { z } from 'zod';
import { isRunId } from './run-id.ts';

export const RunId = z.string().refine(isRunId, 'one safe file name: letters, digits and _ . : @ + -');

export const UploadInit = z.looseObject({
  run_id: RunId,
  /** What the run is about; `goal` becomes the trace's name. */
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export const UploadAddress = z.object({ upload_url: z.string() });

/** Pictures are numbered from 1, in the order of their snapshots. */
export const ScreenshotsInit = z.looseObject({
  run_id: RunId,
  sequences: z.array(z.number().int().min(1).max(100_000)).max(100_000),
});
export const ScreenshotAddresses = z.object({ upload_urls: z.record(z.string(), z.string()) });

export const UploadOfRun = z.looseObject({ run_id: RunId });
export const UploadCompleted = z.object({ trace_id: z.string(), run_id: z.string() });

/** In a snapshot's row while its picture travels apart: the picture's number. */
export const SEQUENCE_FIELD = 'screenshot_sequence';
