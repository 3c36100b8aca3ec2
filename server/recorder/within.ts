// Waiting, but not for ever.
import type { Clock } from '../clock.ts';

/** Resolves when the work has ended, or the time is over. */
export async function within(ms: number, work: Promise<unknown>, clock: Pick<Clock, 'sleep'>): Promise<void> {
  const over = new AbortController();
  const limit = clock.sleep(ms, over.signal);
  await Promise.race([work, limit]);
  over.abort();
  await limit.catch(() => undefined);
}
