// One look at the screen: a frame, where the pointer was, and when.
import type { FrameInfo } from '../../protocol/frame.ts';
import type { Point } from '../../protocol/primitives.ts';
import type { Frame } from './frame.ts';

/** What the screen showed, where the pointer was, and when. */
export interface Shot {
  readonly frame: Frame;
  readonly cursor: Point;
  /** The guest's wall clock, in milliseconds since 1970. */
  readonly grabbedMs: number;
  /** The same moment by the monotonic clock that the screen was opened with. */
  readonly monoMs: number;
}

/** What is said of a frame beside what it shows. */
export type Settling = Omit<FrameInfo, 'frame' | 'width' | 'height' | 'cursor' | 'grabbed_ms'>;

/** What is said of a shot. `settleMs` as in FrameInfo. */
export function describeShot(shot: Shot, settling: Settling): FrameInfo {
  const { frame, cursor, grabbedMs } = shot;
  return { frame: frame.id, ...frame.size, cursor, grabbed_ms: grabbedMs, ...settling };
}
