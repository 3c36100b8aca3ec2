// Runs that are not uploaded yet: `<data>/traces/pending/<run id>.jsonl`, with what is known of their upload beside them.
import { readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isMissing, readJson, writeJson } from '../../../server/fs-atomic.ts';
import { z } from 'zod';
import { isRunId } from '../../../protocol/run-id.ts';

/** What an upload has come to: which parts of which content were acknowledged by whom. */
export const UploadState = z.object({
  api_url: z.string(),
  metadata: z.record(z.string(), z.string()),
  /** SHA-256 of the lines as they are uploaded; null until they are prepared. */
  sha256: z.string().nullable(),
  /** Names of parts. */
  acknowledged: z.array(z.string()),
});
export type UploadState = z.infer<typeof UploadState>;

export interface PendingRun {
  readonly runId: string;
  /** The trace, line by line, as it was written. */
  readonly lines: string;
  /** The prepared parts and the state. */
  readonly parts: string;
}

const LINES = '.jsonl';

/** `DESKREEL_DATA`, else `~/.deskreel`. */
export function pendingFolder(environment = process.env): string {
  return join(environment['DESKREEL_DATA'] || join(homedir(), '.deskreel'), 'traces', 'pending');
}

export function pendingRun(folder: string, runId: string): PendingRun {
  return { runId, lines: join(folder, `${runId}${LINES}`), parts: join(folder, `${runId}.upload`) };
}

/** Every run that waits there, whoever writes it. Names that are no run's are passed over. */
export async function pendingRuns(folder: string): Promise<PendingRun[]> {
  const runIds = (await namesIn(folder))
    .filter((name) => name.endsWith(LINES))
    .map((name) => name.slice(0, -LINES.length))
    .filter(isRunId);
  return runIds.map((runId) => pendingRun(folder, runId));
}

export function stateFile({ parts }: PendingRun): string {
  return join(parts, 'state.json');
}

export function readState(run: PendingRun): Promise<UploadState | undefined> {
  return readJson(stateFile(run), UploadState);
}

export async function writeState(run: PendingRun, state: UploadState): Promise<void> {
  await writeJson(stateFile(run), state);
}

/** Nothing of it is left. The lines go last: until then the run is there. */
export async function removePending(run: PendingRun): Promise<void> {
  await rm(run.parts, { recursive: true, force: true });
  await rm(run.lines, { force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
