// The end of a trace on disk: its overview and its signed manifest. A folder with a manifest is sealed.
import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { JOURNAL, MANIFEST, METADATA } from '../../trace/layout.ts';
import { signManifest, type ManifestFile } from '../../trace/manifest.ts';
import { overviewOf, type TraceOverview } from '../../trace/metadata.ts';
import { writeFileAtomic } from '../fs-atomic.ts';
import type { Recorded } from './trace-recording.ts';

/** Writes overview and manifest; the manifest last, since it says that all is there. Safe to be done again. */
export async function sealFolder(dir: string, recorded: Recorded, key: KeyObject): Promise<TraceOverview> {
  const overview = overviewOf(recorded.start, recorded.end);
  const text = jsonText(overview);
  await writeFileAtomic(join(dir, METADATA), text);
  const { sha256, bytes } = recorded.journal;
  const journal = sha256 === undefined ? await hashFile(dir, JOURNAL) : { name: JOURNAL, bytes, sha256 };
  const files = [journal, hashText(METADATA, text), ...recorded.blobs];
  const { rows, lastHash } = recorded.journal;
  const content = {
    trace_id: overview.trace_id,
    form: 'folder',
    journal: { rows, last_hash: lastHash },
    files,
  } as const;
  await writeFileAtomic(join(dir, MANIFEST), jsonText(signManifest(content, key)));
  return overview;
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

export function hashText(name: string, text: string): ManifestFile {
  return { name, bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

/** Size and hash of a file in the folder. */
export async function hashFile(dir: string, name: string): Promise<ManifestFile> {
  const hash = createHash('sha256');
  const source = createReadStream(join(dir, name));
  await pipeline(source, hash);
  return { name, bytes: source.bytesRead, sha256: hash.digest('hex') };
}
