// Samples and what is said of them.

export interface Stats {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
}

export function statsOf(samples: readonly number[]): Stats {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { samples: sorted.length, p50: at(0.5), p99: at(0.99) };
}

/** The milliseconds that `work` took, each time, after `warmup` runs that do not count. */
export async function sample(
  count: number,
  work: (index: number) => Promise<unknown>,
  prepare: (index: number) => Promise<unknown> = () => Promise.resolve(),
  warmup = 10,
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count + warmup; index += 1) {
    await prepare(index);
    const from = performance.now();
    await work(index);
    if (index >= warmup) times.push(performance.now() - from);
  }
  return times;
}
