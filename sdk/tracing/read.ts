// A saved trace, read back: its overview and its events, from the ZIP or from the folder.
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { openTraceFiles, readWhole } from '../../trace/files/trace-files.ts';
import { METADATA } from '../../trace/layout.ts';
import { TraceOverview } from '../../trace/metadata.ts';
import { camelKeys, type CamelKeys } from '../names.ts';

/** An `event_*` file of the archive, in its own words. Times are seconds. */
const TraceEvent = z.looseObject({
  type: z.string(),
  timestamp: z.number(),
  relative_time: z.number(),
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
  const wanted = (name: string): boolean => name === METADATA || EVENT_FILE.test(name);
  const texts = new Map<string, string>();
  {
    await using files = await openTraceFiles(path);
    for (const name of files.names) {
      if (wanted(name)) texts.set(name, (await readWhole(files, name)).toString('utf8'));
    }
  }
  const overview = parseWith(TraceOverview, parseJson(texts.get(METADATA) ?? ''), `${path}: ${METADATA}`);
  texts.delete(METADATA);
  const events = [...texts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, text]) => parseWith(TraceEvent, parseJson(text), `${path}: ${name}`));
  return { overview: camelKeys(overview), events };
}
