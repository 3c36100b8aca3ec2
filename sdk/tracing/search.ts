// A text in a trace that was saved on this machine. Needs no server.
import { parseWith } from '../../protocol/codec.ts';
import { SearchOptions, type SearchAnswer, type SearchOptionsInput } from '../../protocol/search.ts';
import { firstOf, searchTrace } from '../../trace/search/search-trace.ts';
import { openTrace } from '../../trace/source/source.ts';
import { camelKeys, type CamelKeys } from '../names.ts';

/** An event in which the text stands, and where in it. */
export type TraceFinding = CamelKeys<SearchAnswer['findings'][number]>;

export interface SearchResult {
  /** In the order in which things were done. */
  findings: TraceFinding[];
  /** There are more than the limit. */
  more: boolean;
}

/** Finds a text in a trace's ZIP or folder. Throws `bad_request` where there is no trace at `path`, or no text. */
export async function searchSavedTrace(
  path: string,
  options: Omit<SearchOptionsInput, 'trace_id'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<SearchResult> {
  const { text, limit } = parseWith(SearchOptions, options, 'search', 'bad_request');
  await using trace = await openTrace(path);
  return camelKeys(await firstOf(searchTrace(trace, text, signal), limit));
}
