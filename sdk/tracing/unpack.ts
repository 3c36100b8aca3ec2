// A trace's ZIP into a folder. An entry that would leave the folder is refused, with the whole archive.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { DeskreelError } from '../../protocol/errors.ts';
import { pathInside } from '../../trace/files/inside.ts';

/** Unpacks into `folder`, which must be there and empty. What is in one folder inside the archive comes to lie in it. */
export async function unpackTrace(zip: string, folder: string, signal?: AbortSignal): Promise<void> {
  const archive = await openArchive(zip);
  try {
    for await (const entry of archive.eachEntry()) {
      signal?.throwIfAborted();
      await unpackEntry(archive, entry, folder);
    }
  } catch (cause) {
    if (cause instanceof DeskreelError) throw cause;
    throw new DeskreelError('internal', `the trace's archive cannot be read: ${messageOf(cause)}`, { cause });
  } finally {
    archive.close();
  }
}

async function openArchive(zip: string): Promise<ZipFile> {
  try {
    return await openPromise(zip, { lazyEntries: true, autoClose: false });
  } catch (cause) {
    throw new DeskreelError('internal', `the trace's archive cannot be opened: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function unpackEntry(archive: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = pathInside(entry);
  if (path === undefined) return;
  const target = join(folder, path);
  if (entry.fileName.endsWith('/')) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  // `wx`: two entries of one name are a damaged archive, not a reason to replace a file.
  await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }));
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
