// `trace_metadata.json` says what the journal's first and last row say.
import { isDeepStrictEqual } from 'node:util';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import { METADATA } from '../layout.ts';
import { overviewOf, TraceOverview } from '../metadata.ts';
import { messageOf, type Fault } from './fault.ts';
import type { JournalFacts } from './journal-check.ts';

export async function* checkOverview(
  files: TraceFiles,
  { start, end }: JournalFacts,
  usable: ReadonlySet<string>,
): AsyncGenerator<Fault> {
  if (!usable.has(METADATA)) {
    if (!files.has(METADATA)) yield { place: METADATA, why: 'it is missing' };
    return;
  }
  let said: TraceOverview;
  try {
    said = parseWith(TraceOverview, parseJson((await readWhole(files, METADATA)).toString('utf8')), METADATA);
  } catch (error) {
    yield { place: METADATA, why: `it cannot be read: ${messageOf(error)}` };
    return;
  }
  if (!start || !end) return;
  const wanted: Record<string, unknown> = { ...overviewOf(start, end) };
  for (const [name, value] of Object.entries(said)) {
    if (!isDeepStrictEqual(value, plain(wanted[name]))) {
      yield { place: METADATA, why: `${name} is not what the journal says` };
    }
  }
}

/** As JSON has it: without what is undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : parseJson(JSON.stringify(value));
}
