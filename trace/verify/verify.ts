// Whether a finished trace is what its recorder sealed: signature, chain, every file, every count, every frame's pixels.
import type { KeyObject } from 'node:crypto';
import type { TraceFiles } from '../files/trace-files.ts';
import { fingerprint, type Manifest } from '../manifest.ts';
import { checkEvents } from './events-check.ts';
import type { Fault, Gap } from './fault.ts';
import { checkFiles } from './files-check.ts';
import { checkJournal, noFacts, type JournalFacts } from './journal-check.ts';
import { checkSeal, readManifest } from './seal-check.ts';
import { checkPictures } from './pictures-check.ts';
import { checkTrees } from './trees-check.ts';
import { checkOverview } from './overview-check.ts';

export interface VerifyOptions {
  /** The key that must have signed; without one it is only told which did. */
  readonly key?: KeyObject | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Verdict {
  /** None: the trace is what was sealed. */
  readonly faults: readonly Fault[];
  /** What it says itself that it does not hold; none: all that was done is in it. */
  readonly gaps: readonly Gap[];
  /** Of the key that the manifest names; undefined where no manifest can be read. */
  readonly signedBy: string | undefined;
  /** Whether that key was compared with one that is trusted. */
  readonly compared: boolean;
}

/** Reads everything once or twice, never all of it into memory. Rejects only when the signal ends. */
export async function verifyTrace(files: TraceFiles, options: VerifyOptions = {}): Promise<Verdict> {
  const compared = options.key !== undefined;
  const faults: Fault[] = [];
  const manifest = await readManifest(files, faults);
  if (!manifest) return { faults, gaps: [], signedBy: undefined, compared };
  faults.push(...checkSeal(manifest, options.key));
  const facts = noFacts();
  for await (const fault of contentFaults(files, manifest, facts, options.signal)) faults.push(fault);
  return { faults, gaps: facts.gaps, signedBy: fingerprint(manifest), compared };
}

async function* contentFaults(
  files: TraceFiles,
  manifest: Manifest,
  facts: JournalFacts,
  signal: AbortSignal | undefined,
): AsyncGenerator<Fault> {
  const usable = new Set<string>();
  yield* checkFiles(files, manifest, usable, signal);
  yield* checkJournal(files, manifest, facts);
  yield* checkOverview(files, facts, usable);
  yield* checkPictures(files, manifest, facts, usable, signal);
  if (manifest.form === 'folder') yield* checkTrees(files, facts, usable);
  else yield* checkEvents(files, usable);
}
