// What a desktop costs: the time until it is ready, and what it takes when idle.
import { cpuShare, usageOf } from './container.ts';
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

export async function benchIdle(server: BenchServer, report: Report): Promise<void> {
  await using desktop = await createDesktop(server, 'off');
  const { wire } = desktop;
  const usage = await usageOf(desktop.id);
  await wire.ask('run_command', { command: 'sleep 5' });
  const share = await cpuShare(usage, () => wire.ask('run_command', { command: `sleep ${IDLE_SECONDS}` }));
  const { memory } = await usage();
  report.row('idle memory', `${(memory / 2 ** 20).toFixed(0)} MiB`, '', '1', '< 200 MiB');
  report.row('idle CPU', `${share.toFixed(2)} %`, '', `${IDLE_SECONDS} s`, '< 1 %');
}
