// What a desktop costs: the time until it is ready, and what it takes when idle.
import Docker from 'dockerode';
import { createDesktop } from './desktop.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';

const CREATIONS = 10;
const IDLE_SECONDS = 20;

export async function benchReady(server: BenchServer, report: Report): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < CREATIONS; index += 1) {
    await using desktop = await createDesktop(server, 'off');
    times.push(desktop.readyMs);
  }
  report.times('create to ready', times, 'p50 < 2000 ms');
}

interface Usage {
  readonly memory: number;
  readonly cpuNs: number;
}

export async function benchIdle(server: BenchServer, report: Report): Promise<void> {
  await using desktop = await createDesktop(server, 'off');
  const docker = new Docker();
  const label = `deskreel.desktop=${desktop.id}`;
  const [found] = await docker.listContainers({ filters: { label: [label] } });
  if (!found) throw new Error('the desktop has no container');
  const usage = (): Promise<Usage> => readUsage(docker, found.Id);
  await desktop.wire.ask('run_command', { command: 'sleep 5' });
  const before = await usage();
  await desktop.wire.ask('run_command', { command: `sleep ${IDLE_SECONDS}` });
  const after = await usage();
  const share = ((after.cpuNs - before.cpuNs) / (IDLE_SECONDS * 1e9)) * 100;
  report.row('idle memory', `${(after.memory / 2 ** 20).toFixed(0)} MiB`, '', '1', '< 200 MiB');
  report.row('idle CPU', `${share.toFixed(2)} %`, '', `${IDLE_SECONDS} s`, '< 1 %');
}

/** Memory without the page cache that can be dropped, as `docker stats` shows it. */
async function readUsage(docker: Docker, id: string): Promise<Usage> {
  const stats = await docker.getContainer(id).stats({ stream: false });
  const { usage, stats: parts } = stats.memory_stats;
  const known: Partial<Record<string, number>> = { ...parts };
  const cache = known['total_inactive_file'] ?? known['inactive_file'] ?? 0;
  return { memory: usage - cache, cpuNs: stats.cpu_stats.cpu_usage.total_usage };
}
