// The events of a finished trace in which a text stands: commands, answers, errors, metadata, steps, and what the screen's trees show.
import { patternOf } from '../../protocol/privacy/text-redactor.ts';
import type { FoundPlace, SearchAnswer, TraceFinding } from '../../protocol/search.ts';
import { streamEvents, type ViewedEvent } from '../events.ts';
import type { TraceSource } from '../source/source.ts';
import { inFields, inJson, inTree } from './find-text.ts';

type Trees = Pick<TraceSource, 'treeJson' | 'treeIn'>;
type Searched = Trees & Pick<TraceSource, 'entries' | 'overview'>;

/** Of one event: a list with the same word in each row is one finding. */
const MOST_PLACES = 5;

/**
 * In the order of the events; nothing of the trace is held in memory. What was masked is not there to be found. An element is found
 * where it begins to show the text, not again in each tree for as long as it does.
 */
export async function* searchTrace(
  trace: Searched,
  text: string,
  signal: AbortSignal,
): AsyncGenerator<TraceFinding> {
  const pattern = patternOf([text]);
  if (!pattern) return;
  const { trace_id, name } = trace.overview;
  const screen = new ScreenSearch(trace, text, pattern);
  let number = 0;
  let screenshot: unknown;
  for await (const viewed of streamEvents(trace.entries())) {
    signal.throwIfAborted();
    number += 1;
    const { type, data } = viewed.event;
    // A tree's event follows that of its call, and has no picture of its own.
    if (type !== 'accessibility_tree') screenshot = data['screenshot'];
    const places =
      viewed.tree === undefined ? [...inFields(data, pattern)] : await screen.appearing(viewed.tree);
    if (places.length > 0) {
      const found = places.slice(0, MOST_PLACES);
      yield { trace_id, name, event: number, ...about(viewed, screenshot), places: found };
    }
  }
}

/** The first so many, and whether there are more. */
export async function firstOf(findings: AsyncIterable<TraceFinding>, limit: number): Promise<SearchAnswer> {
  const first: TraceFinding[] = [];
  for await (const finding of findings) {
    if (first.length === limit) return { findings: first, more: true };
    first.push(finding);
  }
  return { findings: first, more: false };
}

/** What the trees of a trace show, one after the other. */
class ScreenSearch {
  readonly #trees: Trees;
  readonly #pattern: RegExp;
  readonly #mayShow: (json: string) => boolean;
  #sha256 = '';
  #shown = new Set<string>();

  constructor(trees: Trees, text: string, pattern: RegExp) {
    this.#trees = trees;
    this.#pattern = pattern;
    this.#mayShow = inJson(text);
  }

  /** The elements that show the text in this tree and did not in the one before. */
  async appearing(sha256: string): Promise<FoundPlace[]> {
    if (sha256 === this.#sha256) return [];
    this.#sha256 = sha256;
    const json = await this.#trees.treeJson(sha256);
    const places = this.#mayShow(json) ? [...inTree(this.#trees.treeIn(json), this.#pattern)] : [];
    const before = this.#shown;
    this.#shown = new Set(places.map(keyOf));
    return places.filter((place) => !before.has(keyOf(place)));
  }
}

function keyOf(place: FoundPlace): string {
  return JSON.stringify([place.in, place.text]);
}

function about(
  { event }: ViewedEvent,
  screenshot: unknown,
): Omit<TraceFinding, 'trace_id' | 'name' | 'event' | 'places'> {
  const { type, relative_time, actor, step_id, data } = event;
  const { method } = data;
  return {
    type,
    relative_time,
    ...(typeof method === 'string' ? { method } : {}),
    ...(actor ? { actor } : {}),
    ...(step_id === undefined ? {} : { step_id }),
    ...(typeof screenshot === 'string' ? { screenshot } : {}),
  };
}
