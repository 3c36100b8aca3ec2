// Every file of the manifest is there, once, as it was sealed, and there is no other.
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { TraceFiles } from '../files/trace-files.ts';
import { besides, MANIFEST } from '../layout.ts';
import type { Manifest, ManifestFile } from '../manifest.ts';
import { messageOf, type Fault } from './fault.ts';

/** Puts the names of the files that can be read into `usable`, changed ones too: what they say is looked at all the same. */
export async function* checkFiles(
  files: TraceFiles,
  manifest: Manifest,
  usable: Set<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Fault> {
  const sealed = new Map(manifest.files.map((file) => [file.name, file]));
  if (sealed.size < manifest.files.length) yield { place: MANIFEST, why: 'it names a file twice' };
  yield* strangers(files, manifest, sealed);
  const there = new Set(files.names);
  for (const file of sealed.values()) {
    signal?.throwIfAborted();
    if (!there.has(file.name)) yield { place: file.name, why: 'it is missing' };
    else yield* checkFile(files, file, usable);
  }
}

function* strangers(
  files: TraceFiles,
  manifest: Manifest,
  sealed: ReadonlyMap<string, ManifestFile>,
): Generator<Fault> {
  const seen = new Set<string>();
  const own = manifest.form === 'folder' ? besides(manifest.trace_id) : [];
  for (const name of files.names) {
    if (seen.has(name)) yield { place: name, why: 'it is there twice' };
    seen.add(name);
    const expected = name === MANIFEST || sealed.has(name) || own.includes(name);
    if (!expected) yield { place: name, why: 'the manifest does not name it' };
  }
}

async function* checkFile(files: TraceFiles, file: ManifestFile, usable: Set<string>): AsyncGenerator<Fault> {
  const { name, bytes, sha256 } = file;
  const hash = createHash('sha256');
  let found = 0;
  try {
    const source = await files.stream(name);
    source.on('data', (chunk: Buffer) => (found += chunk.length));
    await pipeline(source, hash);
  } catch (error) {
    yield { place: name, why: `it cannot be read: ${messageOf(error)}` };
    return;
  }
  usable.add(name);
  if (found !== bytes) yield { place: name, why: `it has ${found} bytes, not ${bytes}` };
  else if (hash.digest('hex') !== sha256)
    yield { place: name, why: 'its content was changed: another SHA-256' };
}
