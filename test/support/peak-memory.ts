// The memory that this process takes at its peak.

/** Milliseconds. */
const SAMPLED_EVERY = 10;

/** Begins to look; what it returns ends that and says how many bytes it was at the most. */
export function samplePeak(): () => number {
  // Not `resourceUsage().maxRSS`: Linux counts in it what the parent had when it forked.
  let peakBytes = 0;
  const sampling = setInterval(
    () => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())),
    SAMPLED_EVERY,
  );
  return () => {
    clearInterval(sampling);
    return peakBytes;
  };
}
