// The timeline as a list of stills for ffmpeg's concat demuxer: one wherever something on the screen changes.
import type { Shown, Timeline } from './timeline.ts';

/** Times are whole frames of this rate: the image reader of ffmpeg counts in them. */
export const FRAMES_A_SECOND = 25;
/** A still is shown again after this time: players go to a place in the video by its frames. Frames. */
const REFRESH = FRAMES_A_SECOND;

export interface Cut {
  /** Counts frames. */
  readonly at: number;
  readonly length: number;
  readonly shown: Shown;
}

export function frameAt(ms: number): number {
  return Math.round((ms / 1000) * FRAMES_A_SECOND);
}

/** Consecutive stills from 0 to the end, none of them empty. */
export function* cutsOf(timeline: Timeline): Generator<Cut> {
  const { shown } = timeline;
  const end = frameAt(timeline.lengthMs);
  const times = [...changesOf(timeline)].filter((at) => at < end).sort((one, other) => one - other);
  let picture = 0;
  for (const [index, at] of times.entries()) {
    while (shown[picture + 1] && frameAt(shown[picture + 1]?.atMs ?? 0) <= at) picture += 1;
    const still = shown[picture];
    if (still) yield* refreshed({ at, length: (times[index + 1] ?? end) - at, shown: still });
  }
}

function changesOf({ shown, captions, marks }: Timeline): Set<number> {
  const changes = [
    ...shown.map(({ atMs }) => atMs),
    ...[...captions, ...marks].flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
  ];
  return new Set([0, ...changes.map(frameAt)]);
}

function* refreshed({ at, length, shown }: Cut): Generator<Cut> {
  for (let from = 0; from < length; from += REFRESH) {
    yield { at: at + from, length: Math.min(REFRESH, length - from), shown };
  }
}

/** The file that the concat demuxer reads. It takes no account of the last length, so the last still comes twice. */
export function* concatLines(cuts: Iterable<Cut>): Generator<string> {
  yield 'ffconcat version 1.0\n';
  let last = '';
  for (const { length, shown } of cuts) {
    last = `file '${shown.frame.file}'\n`;
    yield `${last}duration ${(length / FRAMES_A_SECOND).toFixed(2)}\n`;
  }
  yield last;
}
