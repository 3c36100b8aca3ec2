// A saved trace, read back: its overview and its events, from the ZIP or from the folder.
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { allEvents } from '../../trace/events.ts';
import { openTraceFiles, readWhole, type TraceFiles } from '../../trace/files/trace-files.ts';
import { ToldMask } from '../../trace/format.ts';
import { JOURNAL, METADATA } from '../../trace/layout.ts';
import { TraceOverview } from '../../trace/metadata.ts';
import { readBatches } from '../../trace/reader.ts';
import { camelKeys, type CamelKeys } from '../names.ts';

/** An `event_*` file of the archive, in its own words. Times are seconds. */
const TraceEvent = z.looseObject({
  type: z.string(),
  timestamp: z.number(),
  relative_time: z.number(),
  /** What was masked in it: rule and place. */
  masks: z.array(ToldMask).optional(),
  data: z.record(z.string(), z.unknown()),
});
export type TraceEvent = z.output<typeof TraceEvent>;

export interface SavedTraceContent {
  /** `trace_metadata.json` with its keys in camelCase. */
  overview: CamelKeys<TraceOverview>;
  /** In the order in which things were done. Without accessibility trees, which may be larger than all the rest. */
  events: TraceEvent[];
}

const EVENT_FILE = /^event_\d{6,}_(?!accessibility_tree\.)\w+\.json$/;

/** Reads a trace that was saved on this machine. Throws where it is none. */
export async function readTrace(path: string): Promise<SavedTraceContent> {
  await using files = await openTraceFiles(path);
  const overview = files.has(METADATA) ? await readJsonFile(files, METADATA, TraceOverview, path) : undefined;
  if (!overview) throw new DeskreelError('bad_request', `${path} is no trace: it has no ${METADATA}`);
  const events = files.has(JOURNAL) ? await eventsOfRows(files) : await eventsInFiles(files, path);
  return { overview: camelKeys(overview), events };
}

/** One file holds the rows of all events: a long trace has ten thousand files of them. */
async function eventsOfRows(files: TraceFiles): Promise<TraceEvent[]> {
  const events = await allEvents(readBatches(await files.stream(JOURNAL)));
  return events
    .filter(({ event }) => event.type !== 'accessibility_tree')
    .map(({ event: { masks, ...event } }) => ({
      ...event,
      ...(masks ? { masks: [...masks] } : {}),
    }));
}

/** Of another's archive, which has no rows. */
async function eventsInFiles(files: TraceFiles, path: string): Promise<TraceEvent[]> {
  const names = files.names.filter((name) => EVENT_FILE.test(name)).sort();
  const events: TraceEvent[] = [];
  for (const name of names) events.push(await readJsonFile(files, name, TraceEvent, path));
  return events;
}

async function readJsonFile<S extends z.ZodType>(
  files: TraceFiles,
  name: string,
  schema: S,
  path: string,
): Promise<z.output<S>> {
  return parseWith(schema, parseJson((await readWhole(files, name)).toString('utf8')), `${path}: ${name}`);
}
