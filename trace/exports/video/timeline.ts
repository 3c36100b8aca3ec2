// What a video of the trace shows and when: pictures, the marks of clicks, and captions. Times are milliseconds from the
// trace's start.
import type { Point } from '../../../protocol/primitives.ts';
import type { TakenFrame } from '../../call-index.ts';
import type { RowOf } from '../../format.ts';
import type { TraceSource } from '../../source/source.ts';
import { pictureAfter, readItems, type Step, type TraceItem } from '../../steps.ts';
import { pointOf, titleOf } from '../title.ts';

export interface Shown {
  readonly atMs: number;
  readonly frame: TakenFrame;
}

export interface Caption {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly text: string;
  readonly failed: boolean;
}

export interface Mark {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly at: Point;
}

export interface Timeline {
  /** In the order of their times; the first at 0. */
  readonly shown: readonly Shown[];
  readonly captions: readonly Caption[];
  readonly marks: readonly Mark[];
  readonly lengthMs: number;
}

/** A mark is there when the click comes, and a little longer. */
const MARK_MS = 500;
/** A caption that nothing follows. */
const CAPTION_MS = 4000;
/** The end of the video shows the last picture for so long at least. */
const END_MS = 1000;

/** Holds a few numbers for each step, and no picture. */
export async function readTimeline(trace: TraceSource): Promise<Timeline> {
  const builder = new TimelineBuilder();
  for await (const item of readItems(trace.entries())) builder.add(item);
  return builder.finish();
}

class TimelineBuilder {
  readonly #shown: Shown[] = [];
  readonly #titles: Omit<Caption, 'untilMs'>[] = [];
  readonly #marks: Mark[] = [];
  #startMs = 0;
  #endMs = 0;

  add(item: TraceItem): void {
    if (item.kind === 'frame') this.#show(takenAt(item.row, item.frame) - this.#startMs, item.frame);
    if (item.kind === 'step') this.#addStep(item.step);
    if (item.kind !== 'row') return;
    if (item.row.type === 'trace_start') this.#startMs = item.row.mono_ms;
    // A recovered trace was ended by another process long after: its last picture is its end.
    if (item.row.type === 'trace_end' && item.row.data.end === 'stopped') this.#lasts(item.row.mono_ms);
  }

  finish(): Timeline {
    const shown = this.#shown.sort((one, other) => one.atMs - other.atMs);
    const [first, ...rest] = shown;
    const lengthMs = Math.max(this.#endMs, (shown.at(-1)?.atMs ?? 0) + END_MS);
    const captions = this.#titles.map((title, index): Caption => {
      const next = this.#titles[index + 1]?.fromMs ?? lengthMs;
      return { ...title, untilMs: Math.min(next, title.fromMs + CAPTION_MS) };
    });
    return {
      shown: first ? [{ ...first, atMs: 0 }, ...rest] : [],
      captions,
      marks: this.#marks,
      lengthMs,
    };
  }

  #addStep(step: Step): void {
    const { call, reply, frames } = step;
    const atMs = call.mono_ms - this.#startMs;
    const after = pictureAfter(step);
    if (frames.before) this.#show(atMs, frames.before);
    // The picture after shows what has been on the screen since its last change.
    if (after) this.#show(afterMs(step, after) - this.#startMs, after);
    const at = pointOf(step);
    if (at) this.#marks.push({ fromMs: atMs, untilMs: atMs + MARK_MS, at });
    this.#titles.push({ fromMs: atMs, text: titleOf(step), failed: reply?.data.success !== true });
    this.#lasts(reply?.mono_ms ?? call.mono_ms);
  }

  #show(atMs: number, frame: TakenFrame): void {
    this.#shown.push({ atMs: Math.max(0, atMs), frame });
  }

  #lasts(monoMs: number): void {
    this.#endMs = Math.max(this.#endMs, monoMs - this.#startMs);
  }
}

function afterMs({ call, reply }: Step, { settle_ms: settleMs }: TakenFrame): number {
  return settleMs > 0 ? call.mono_ms + settleMs : (reply?.mono_ms ?? call.mono_ms);
}

/** A guest's clock may be another machine's: what it says is believed where it fits. Milliseconds. */
const LATE_MS = 5000;

/** A row is written a little later than its picture was taken. */
function takenAt(
  { ts_ms: tsMs, mono_ms: monoMs }: RowOf<'frame'>,
  { grabbed_ms: grabbedMs }: TakenFrame,
): number {
  const late = tsMs - grabbedMs;
  return late > 0 && late < LATE_MS ? monoMs - late : monoMs;
}
