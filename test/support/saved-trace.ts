// A trace that was saved as a folder, as its readers see it: names, events, rows, pictures.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../protocol/codec.ts';
import type { KnownRow, RowOf, RowType } from '../../trace/format.ts';
import { TraceOverview } from '../../trace/metadata.ts';
import { readText } from '../../trace/reader.ts';

const EventFile = z.looseObject({
  type: z.string(),
  timestamp: z.number(),
  relative_time: z.number(),
  data: z.record(z.string(), z.unknown()),
});
export type EventFile = z.output<typeof EventFile>;

/** An `api_call`'s data, as far as tests ask for it. */
const CallData = z.looseObject({
  method: z.string(),
  call_id: z.string(),
  args: z.record(z.string(), z.unknown()).nullable(),
  result: z.unknown(),
  error: z.string().nullable(),
  screenshot: z.string().nullable(),
  success: z.boolean(),
  started: z.string(),
  ended: z.string().nullable(),
  settled: z.boolean().optional(),
});
export type CallData = z.output<typeof CallData>;

export interface SavedTrace {
  readonly dir: string;
  /** All files, sorted. */
  readonly names: readonly string[];
  readonly eventNames: readonly string[];
  readonly pictures: readonly string[];
  readonly events: readonly EventFile[];
  /** The data of the `api_call` events, in their order. */
  readonly calls: readonly CallData[];
  readonly overview: TraceOverview;
  /** The journal's rows, in their order. */
  readonly rows: readonly KnownRow[];
  text(name: string): Promise<string>;
  picture(name: string): Promise<Buffer>;
}

export async function savedTrace(dir: string): Promise<SavedTrace> {
  const names = (await readdir(dir)).sort();
  const text = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const eventNames = names.filter((name) => name.startsWith('event_'));
  const events: EventFile[] = [];
  for (const name of eventNames) events.push(EventFile.parse(parseJson(await text(name))));
  return {
    dir,
    names,
    eventNames,
    pictures: names.filter((name) => name.endsWith('.png')),
    events,
    calls: events.filter(({ type }) => type === 'api_call').map(({ data }) => CallData.parse(data)),
    overview: TraceOverview.parse(parseJson(await text('trace_metadata.json'))),
    rows: knownRows(await text('events.jsonl')),
    text,
    picture: (name) => readFile(join(dir, name)),
  };
}

/** The rows of a journal; a line that is none fails. */
export function knownRows(journal: string): KnownRow[] {
  return readText(journal).map((entry) => {
    if (entry.kind === 'row') return entry.row;
    throw new Error(`line ${entry.line} of the journal is ${entry.kind}: ${entry.text.slice(0, 200)}`);
  });
}

export function rowsOf<T extends RowType>(rows: readonly KnownRow[], type: T): RowOf<T>[] {
  return rows.filter((row): row is RowOf<T> => row.type === type);
}
