// What a trace with video takes of a core while the screen does not change, beside a trace without.
import { setTimeout as pause } from 'node:timers/promises';
import { cpuShare, usageOf, type Usage } from './container.ts';
import { createDesktop, openThreeWindows, type BenchDesktop } from './desktop.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { statsOf } from './stats.ts';

const SAMPLES = 30;
const SAMPLE_MS = 2000;

export async function benchVideo(server: BenchServer, report: Report): Promise<void> {
  await using desktop = await createDesktop(server, 'on-demand');
  await openThreeWindows(desktop.wire);
  const usage = await usageOf(desktop.id);
  const plain = await traced(server, desktop, usage, {});
  const video = await traced(server, desktop, usage, { video: true });
  const what = 'container, nothing changes, traced';
  row(report, `${what} without video`, plain, '');
  row(report, `${what} with video`, video, 'p50 < 3 % of a core');
}

async function traced(
  server: BenchServer,
  { id, wire }: BenchDesktop,
  usage: () => Promise<Usage>,
  options: { video?: true },
): Promise<number[]> {
  await server.request('POST', `/v1/desktops/${id}/trace/start`, options);
  // What the start of a trace looks at is over.
  await wire.ask('run_command', { command: 'sleep 5' });
  const shares: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    shares.push(await cpuShare(usage, () => pause(SAMPLE_MS)));
  }
  await server.request('POST', `/v1/desktops/${id}/trace/stop`);
  return shares;
}

function row(report: Report, what: string, shares: number[], aim: string): void {
  const { p50, p99, samples } = statsOf(shares);
  report.row(what, `${p50.toFixed(2)} %`, `${p99.toFixed(2)} %`, `${samples} of ${SAMPLE_MS / 1000} s`, aim);
}
