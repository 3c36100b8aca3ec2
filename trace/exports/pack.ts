// An export as one stream of bytes: its one file as it is, several as a ZIP.
import { PassThrough, Readable } from 'node:stream';
import { DeskreelError } from '../../protocol/errors.ts';
import type { TraceSource } from '../source/source.ts';
import { StreamSink } from '../zip/zip-sink.ts';
import { ZipWriter } from '../zip/zip-writer.ts';
import type { Exporter, ExportFiles } from './exporter.ts';

/** The export's bytes. What fails on the way destroys the stream with its error. */
export function packExport(exporter: Exporter, trace: TraceSource, signal?: AbortSignal): Readable {
  const files = exporter.files(trace, signal);
  if (exporter.extension !== 'zip') return Readable.from(onlyFile(files), { objectMode: false });
  const sink = new PassThrough();
  // The same trace makes the same bytes.
  const zip = new ZipWriter(new StreamSink(sink), new Date(trace.overview.start_time));
  addAll(zip, files).catch((error: unknown) => {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return sink;
}

async function addAll(zip: ZipWriter, files: ExportFiles): Promise<void> {
  for await (const { name, content, stored = false } of files) {
    if (typeof content === 'string') await zip.addText(name, content);
    else await zip.addStream(Readable.from(content, { objectMode: false }), name, { stored });
  }
  await zip.finish();
}

async function* onlyFile(files: ExportFiles): AsyncGenerator<string | Uint8Array> {
  let written = 0;
  for await (const { content } of files) {
    written += 1;
    if (written > 1) throw new DeskreelError('internal', 'an export of one file made several');
    if (typeof content === 'string') yield content;
    else yield* content;
  }
}
