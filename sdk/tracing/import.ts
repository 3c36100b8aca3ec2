// An archive on this machine on its way to a server: a ZIP as it is, a folder packed meanwhile.
import { createReadStream } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { stat } from 'node:fs/promises';
import { DeskreelError } from '../../protocol/errors.ts';
import { FolderFiles } from '../../trace/files/folder-files.ts';
import { StreamSink } from '../../trace/zip/zip-sink.ts';
import { ZipWriter } from '../../trace/zip/zip-writer.ts';

/** Throws `bad_request` where nothing is at the path. */
export async function zipOf(path: string): Promise<Readable> {
  if (!(await isFolder(path))) return createReadStream(path);
  const sink = new PassThrough();
  pack(await FolderFiles.open(path), sink).catch((error: unknown) => {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return sink;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeskreelError('bad_request', `${path} cannot be read: ${reason}`, { cause });
  }
}

async function pack(files: FolderFiles, sink: PassThrough): Promise<void> {
  const zip = new ZipWriter(new StreamSink(sink));
  for (const name of files.names) {
    await zip.addStream(await files.stream(name), name, { stored: name.endsWith('.png') });
  }
  await zip.finish();
}
