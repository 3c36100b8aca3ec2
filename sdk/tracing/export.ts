// Exports of a trace that was saved on this machine: no server is needed.
import { exportName } from '../../trace/exports/exporter.ts';
import { packExport } from '../../trace/exports/pack.ts';
import { EXPORTERS, exporterFor } from '../../trace/exports/registry.ts';
import { openTrace } from '../../trace/source/source.ts';
import { saveFile } from './save.ts';
import { prepareFile } from './target.ts';

export interface ExportFormat {
  /** As it is asked for: `playwright`. */
  readonly format: string;
  readonly about: string;
  /** `zip` for an export of several files. */
  readonly extension: string;
}

/** The formats that traces are exported in. */
export function exportFormats(): ExportFormat[] {
  return EXPORTERS.map(({ format, about, extension }) => ({ format, about, extension }));
}

/**
 * Makes an export of a saved trace, ZIP or folder, and returns the path of what was written, absolute.
 * `path`: a file, or a folder that gets it inside; `./<trace_id>_<format>.<extension>` by default. Nothing is ever
 * replaced. Throws `not_found` for an unknown format, `bad_request` where `trace` is none, `unsupported` where the
 * format cannot be made of it or here.
 */
export async function exportTrace(
  trace: string,
  format: string,
  { path, signal }: { path?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const exporter = exporterFor(format);
  await using source = await openTrace(trace);
  const target = await prepareFile(path, exportName(source.overview.trace_id, exporter), process.cwd());
  await saveFile(packExport(exporter, source, signal), target, signal);
  return target;
}
