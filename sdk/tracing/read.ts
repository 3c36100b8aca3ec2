// A saved trace, read back: its overview and its events, from the ZIP or from the folder.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { METADATA } from '../../trace/layout.ts';
import { TraceOverview } from '../../trace/metadata.ts';
import { camelKeys, type CamelKeys } from '../names.ts';
import { pathInside } from './unpack.ts';

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
  const folder = (await stat(path)).isDirectory();
  const texts = folder ? await textsInFolder(path, wanted) : await textsInZip(path, wanted);
  const overview = parseWith(TraceOverview, parseJson(texts.get(METADATA) ?? ''), `${path}: ${METADATA}`);
  texts.delete(METADATA);
  const events = [...texts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, text]) => parseWith(TraceEvent, parseJson(text), `${path}: ${name}`));
  return { overview: camelKeys(overview), events };
}

async function textsInFolder(path: string, wanted: (name: string) => boolean): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of await readdir(path)) {
    if (wanted(name)) texts.set(name, await readFile(join(path, name), 'utf8'));
  }
  return texts;
}

async function textsInZip(path: string, wanted: (name: string) => boolean): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const archive = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of archive.eachEntry()) {
      const name = pathInside(entry);
      if (name === undefined || !wanted(name)) continue;
      const bytes = await buffer(await archive.openReadStreamPromise(entry));
      texts.set(name, bytes.toString('utf8'));
    }
  } finally {
    archive.close();
  }
  return texts;
}
