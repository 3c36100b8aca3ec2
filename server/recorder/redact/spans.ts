// Where in a text something is to be hidden, by the texts and patterns that somebody asks for.
import { patternSpans } from '../../../protocol/privacy/pattern-redactor.ts';
import { patternOf } from '../../../protocol/privacy/text-redactor.ts';
import type { RedactOptions } from '../../../protocol/tracing.ts';
import type { FindSpans, Span } from './typed-runs.ts';

export function spansOf({ texts, patterns }: Pick<RedactOptions, 'texts' | 'patterns'>): FindSpans {
  const wanted = patternOf(texts);
  const ofPatterns = patternSpans(patterns);
  return (text) => {
    const ofTexts = wanted
      ? [...text.matchAll(wanted)].map(({ index, 0: { length } }) => spanAt(index, length))
      : [];
    return merged([...ofTexts, ...ofPatterns(text).map(([index, length]) => spanAt(index, length))]);
  };
}

const spanAt = (from: number, length: number): Span => ({ from, to: from + length });

/** Those that overlap are one. */
function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && span.from < last.to) all.splice(-1, 1, { from: last.from, to: Math.max(last.to, span.to) });
    else all.push(span);
  }
  return all;
}
