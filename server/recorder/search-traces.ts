// A text in the finished traces of this server, the newest first.
import { DeskreelError } from '../../protocol/errors.ts';
import type { SearchAnswer, SearchOptions, TraceFinding } from '../../protocol/search.ts';
import type { TraceInfo } from '../../protocol/tracing.ts';
import { firstOf, searchTrace } from '../../trace/search/search-trace.ts';
import { openTrace } from '../../trace/source/source.ts';
import type { TraceStore } from './traces-store.ts';

type Store = Pick<TraceStore, 'list' | 'info' | 'open'>;

/** Throws `not_found` where a trace is named that is not there, `conflict` where it is being recorded. */
export function searchTraces(
  store: Store,
  { text, trace_id: id, limit }: SearchOptions,
  signal: AbortSignal,
): Promise<SearchAnswer> {
  return firstOf(id === undefined ? inAll(store, text, signal) : inOne(store, id, text, signal), limit);
}

async function* inAll(store: Store, text: string, signal: AbortSignal): AsyncGenerator<TraceFinding> {
  const sealed = (await store.list()).filter(({ state }) => state === 'sealed');
  for (const { trace_id: id } of sealed) {
    try {
      yield* inOne(store, id, text, signal);
    } catch (error) {
      // Somebody deletes it meanwhile: then there is nothing to be found in it.
      if (await isThere(store, id)) throw error;
    }
  }
}

async function* inOne(
  store: Store,
  id: string,
  text: string,
  signal: AbortSignal,
): AsyncGenerator<TraceFinding> {
  const { dir } = await store.open(id);
  await using trace = await openTrace(dir);
  yield* searchTrace(trace, text, signal);
}

async function isThere(store: Store, id: string): Promise<boolean> {
  const found: TraceInfo | undefined = await store.info(id).catch((error: unknown) => {
    if (error instanceof DeskreelError && error.code === 'not_found') return undefined;
    throw error;
  });
  return found !== undefined;
}
