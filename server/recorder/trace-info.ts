// What is told of a trace in lists, sealed or not.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TraceInfo } from '../../protocol/tracing.ts';
import type { RowOf } from '../../trace/format.ts';
import { summaryOf, type TraceOverview } from '../../trace/metadata.ts';
import { readJournal } from '../../trace/reader.ts';
import { isMissing } from '../fs-atomic.ts';

export function sealedInfo(
  overview: TraceOverview,
  { archived, held }: { archived: boolean; held: boolean },
): TraceInfo {
  const { trace_id, name, run_id, start_time, end_time } = overview;
  const summary = summaryOf(overview);
  const desktop = overview.desktop.id;
  return { trace_id, name, run_id, desktop, start_time, end_time, state: 'sealed', archived, held, summary };
}

export function openInfo(start: RowOf<'trace_start'>, state: 'recording' | 'sealing'): TraceInfo {
  const { trace_id, name, desktop } = start.data;
  const times = { start_time: start.ts, end_time: null };
  const { run_id } = start;
  return {
    trace_id,
    name,
    run_id,
    desktop: desktop.id,
    ...times,
    state,
    archived: false,
    held: false,
    summary: null,
  };
}

/** The row that begins the journal; undefined where there is none. */
export async function firstRow(path: string): Promise<RowOf<'trace_start'> | undefined> {
  try {
    for await (const entry of readJournal(path)) {
      return entry.kind === 'row' && entry.row.type === 'trace_start' ? entry.row : undefined;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return undefined;
}

/** What all files in a folder take. */
export async function bytesIn(dir: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
