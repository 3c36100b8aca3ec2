// Ends what has a time to live.
import type { Clock } from '../clock.ts';

/** Timers of more than 24 days fire at once; this is well below. Milliseconds. */
const LONGEST_SLEEP_MS = 24 * 60 * 60 * 1000;

/** Resolves true at `atMs` of the wall clock, false when the signal ends first. */
export async function untilExpired(atMs: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  while (clock.now() < atMs) {
    try {
      await clock.sleep(Math.min(atMs - clock.now(), LONGEST_SLEEP_MS), signal);
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }
  return true;
}
