// What a desktop's container takes of the machine, as the engine counts it.
import Docker from 'dockerode';

export interface Usage {
  /** Bytes, without the page cache that can be dropped, as `docker stats` shows it. */
  readonly memory: number;
  /** Of all cores together, in nanoseconds. */
  readonly cpuNs: number;
}

/** Reads what the container of a desktop takes, once it has been found. */
export async function usageOf(desktop: string): Promise<() => Promise<Usage>> {
  const docker = new Docker();
  const label = `deskreel.desktop=${desktop}`;
  const [found] = await docker.listContainers({ filters: { label: [label] } });
  if (!found) throw new Error(`desktop ${desktop} has no container`);
  const container = docker.getContainer(found.Id);
  return async () => {
    const stats = await container.stats({ stream: false, 'one-shot': true });
    const { usage, stats: parts } = stats.memory_stats;
    const known: Partial<Record<string, number>> = { ...parts };
    const cache = known['total_inactive_file'] ?? known['inactive_file'] ?? 0;
    return { memory: usage - cache, cpuNs: stats.cpu_stats.cpu_usage.total_usage };
  };
}

/** The share of one core that it takes while `wait` is waited for, in percent. */
export async function cpuShare(usage: () => Promise<Usage>, wait: () => Promise<unknown>): Promise<number> {
  const [before, from] = [(await usage()).cpuNs, performance.now()];
  await wait();
  const [after, until] = [(await usage()).cpuNs, performance.now()];
  return ((after - before) / ((until - from) * 1e6)) * 100;
}
