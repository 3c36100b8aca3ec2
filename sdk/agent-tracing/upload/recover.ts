// Runs that an earlier process left: uploaded before a new one begins.
import { messageOf, type TraceLogger } from '../logger.ts';
import { own } from './owner.ts';
import { pendingRuns, readState, writeState, type PendingRun } from './pending.ts';
import type { Transport } from './transport.ts';
import { uploadRun } from './uploader.ts';
import { mkdir } from 'node:fs/promises';

export interface RecoverParts {
  readonly folder: string;
  readonly apiUrl: string;
  readonly transport: Transport;
  readonly logger: TraceLogger;
}

/** Runs that somebody still writes are left alone. What cannot be uploaded stays for the next time. Never throws. */
export async function uploadOrphans(parts: RecoverParts): Promise<void> {
  const { folder, logger } = parts;
  try {
    const runs = await pendingRuns(folder);
    const owned = await Promise.all(runs.map(async (run) => ({ run, release: await own(run) })));
    const orphans = owned.flatMap(({ run, release }) => (release ? [{ run, release }] : []));
    if (orphans.length > 0) logger.info(`Found ${orphans.length} un-uploaded trace(s)`);
    let goesOn = true;
    for (const { run, release } of orphans) {
      // Where one run finds no server, the next will not either.
      if (goesOn) goesOn = await uploadOrphan(parts, run);
      await release();
    }
  } catch (error) {
    logger.warn(`Traces that wait in ${folder} were not uploaded: ${messageOf(error)}`);
  }
}

async function uploadOrphan(parts: RecoverParts, run: PendingRun): Promise<boolean> {
  const { apiUrl, transport, logger } = parts;
  const known = await readState(run);
  // Another server's run is not for this one.
  if (known && known.api_url !== apiUrl) return true;
  const state = known ?? { api_url: apiUrl, metadata: {}, sha256: null, acknowledged: [] };
  await mkdir(run.parts, { recursive: true, mode: 0o700 });
  await writeState(run, state);
  const uploaded = await uploadRun({ run, state, transport, logger });
  if (uploaded) logger.info(`Uploaded orphaned trace: ${run.runId}`);
  return uploaded;
}
