// Ten thousand commands in one trace, on a real desktop by way of a server of its own process: what it holds on the way, how soon the
// trace is sealed and saved, and whether it verifies.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { verifyTrace } from '../sdk/index.ts';
import { createDesktop, openThreeWindows } from './desktop.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import type { Wire } from './wire.ts';

const COMMANDS = 10_000;
const LOOKS = [1000, 4000, 7000, COMMANDS];
const Stopped = z.object({ trace_id: z.string() });
/** In the editor's text, and on its panel's menu, which opens and shuts by turns. */
const [TEXT, MENU] = [{ x: 300, y: 250 }, { x: 50, y: 15 }]; // prettier-ignore

export async function benchLong(server: BenchServer, report: Report): Promise<void> {
  await using desktop = await createDesktop(server, 'on-demand');
  await openThreeWindows(desktop.wire);
  await server.request('POST', `/v1/desktops/${desktop.id}/trace/start`, {});
  for (let count = 1; count <= COMMANDS; count += 1) {
    await step(desktop.wire, count);
    if (LOOKS.includes(count))
      report.row(`server, after ${count} commands`, mib(await server.memory()), '', '1', '');
  }
  let from = performance.now();
  const stopped = await server.request('POST', `/v1/desktops/${desktop.id}/trace/stop`, {});
  report.times(`stop after ${COMMANDS} commands`, [performance.now() - from], '< 2000 ms');
  const { trace_id: id } = Stopped.parse(stopped);
  from = performance.now();
  const archive = await server.download(`/v1/traces/${id}/archive`);
  report.times('its archive, written and downloaded', [performance.now() - from], '');
  report.row('server, after the download', mib(await server.memory()), '', '1', '');
  report.row('bytes a command', `${(archive.length / COMMANDS / 1024).toFixed(2)} KiB`, '', '1', '');
  report.row('`trace verify` of it', await verdict(archive, server.data), '', '1', 'ok');
}

async function step(wire: Wire, count: number): Promise<void> {
  if (count % 10 === 0) await wire.ask('press_key', { key: 'a' });
  else if (count % 5 === 0) await wire.ask('left_click', MENU);
  else if (count % 5 === 1) await wire.ask('press_key', { key: 'escape' });
  else await wire.ask('left_click', { x: TEXT.x + (count % 50), y: TEXT.y });
}

async function verdict(archive: Buffer, data: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-long-'));
  try {
    const path = join(folder, 'trace.zip');
    await writeFile(path, archive);
    const { faults } = await verifyTrace(path, { data });
    return faults.length === 0 ? 'ok' : `${faults.length} faults`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
