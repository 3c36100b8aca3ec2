// Time for the parts that wait, handed in so that tests hold it.

export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number;
  /** Calls `action` once after `ms`, and never after the returned function was called. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
