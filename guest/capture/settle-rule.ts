// When a screen counts as settled: the rule alone, without clock, screen or waiting.

/** Milliseconds. */
export interface SettleTimes {
  /**
   * Never settled earlier after the input, however quiet: toolkits show a tooltip 500 ms after the pointer came to
   * rest (seen at 516 to 570), and a slow window lets its first pixel wait.
   */
  readonly minMs: number;
  /** The screen must have been quiet for so long since its last change. */
  readonly quietMs: number;
  /** Quiet but somebody still computes: so much longer than `quietMs` is waited for what comes of it. */
  readonly workMs: number;
  /** Then the frame is taken as it is. */
  readonly maxMs: number;
}

export const SETTLE_TIMES: SettleTimes = { minMs: 700, quietMs: 150, workMs: 1500, maxMs: 3000 };

/**
 * A window that answers the input makes toolkits time their tooltips anew: one may come so many milliseconds after a
 * change, if that was within the first HOVER_WITHIN_MS. A later change is the tooltip itself, or none of its kind.
 */
const HOVER_MS = 560;
const HOVER_WITHIN_MS = 420;

/** The most, in milliseconds, that a late machine adds to the time of quiet. */
const LATE_MS = 300;

/** What is known of a watch; moments by one monotonic clock. */
export interface SettleState {
  /** When the input was done. */
  readonly inputMs: number;
  /** When the screen was last seen to change since the command began. */
  readonly changedMs: number | undefined;
  /** The last moment at which the desktop's programs were seen computing more than before the command. */
  readonly workingMs: number | undefined;
  /**
   * By how much, in all, the watch itself was served late since the input: on a machine that is short of time the
   * desktop's programs are late, too.
   */
  readonly lateMs: number;
}

export type Verdict = 'settled' | 'given up' | { readonly lookAtMs: number };

/** What to do at `nowMs`: take the frame as settled, take it as it is, or look again at a moment. */
export function judge(state: SettleState, nowMs: number, times: SettleTimes = SETTLE_TIMES): Verdict {
  const settledMs = settledAt(state, times);
  if (nowMs >= settledMs) return 'settled';
  const lastMs = state.inputMs + times.maxMs;
  if (nowMs >= lastMs) return 'given up';
  return { lookAtMs: Math.min(settledMs, lastMs) };
}

function settledAt(state: SettleState, times: SettleTimes): number {
  const changedMs = state.changedMs ?? state.inputMs;
  const quietMs = times.quietMs + Math.min(state.lateMs, LATE_MS);
  // Work that shows nothing for long is not about to: a compiler in the background must not hold up a frame.
  const workedMs =
    state.workingMs === undefined
      ? 0
      : Math.min(state.workingMs + quietMs, changedMs + quietMs + times.workMs);
  const hoverMs = changedMs - state.inputMs <= HOVER_WITHIN_MS ? changedMs + HOVER_MS : 0;
  return Math.max(state.inputMs + times.minMs + state.lateMs, changedMs + quietMs, hoverMs, workedMs);
}
