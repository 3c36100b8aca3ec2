// How long to wait before a lost connection is tried again.

export interface BackoffOptions {
  /** Milliseconds before the second attempt; the first is made at once. */
  firstMs: number;
  maxMs: number;
  /** 0 to 1: the share of each wait that is drawn by lot, so that many clients do not come back at once. */
  jitter: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { firstMs: 100, maxMs: 3000, jitter: 0.3 };

/** Milliseconds to wait after this many failed attempts. `random` is in [0, 1). */
export function backoffDelay(failures: number, random: number, options = DEFAULT_BACKOFF): number {
  if (failures === 0) return 0;
  const full = Math.min(options.maxMs, options.firstMs * 2 ** (failures - 1));
  return Math.round(full * (1 - options.jitter * random));
}
