// What a click costs a client: without a trace, and with one.
import { centreOf, findElement } from '../cli/demo/elements.ts';
import { TreeReport } from '../protocol/tree.ts';
import { createDesktop, openThreeWindows } from './desktop.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { sample, statsOf } from './stats.ts';
import type { Wire } from './wire.ts';

const SAMPLES = 200;
/** Nothing is there to react. */
const EMPTY_PLACE = { x: 1270, y: 790 };

export async function benchClicks(server: BenchServer, report: Report): Promise<void> {
  const plain = await measure(server, 'off');
  const traced = await measure(server, 'on-demand');
  report.times('left_click, not recorded, nothing changes', plain.still, 'p50 < 2 ms');
  report.times('left_click, not recorded, a menu opens or shuts', plain.menu, 'p50 < 2 ms');
  report.times(
    'left_click, traced, nothing changes',
    traced.still,
    `+ < 1 ms: ${added(traced.still, plain.still)}`,
  );
  report.times(
    'left_click, traced, a menu opens or shuts',
    traced.menu,
    `+ < 3 ms: ${added(traced.menu, plain.menu)}`,
  );
}

function added(traced: number[], plain: number[]): string {
  return `+${(statsOf(traced).p50 - statsOf(plain).p50).toFixed(2)} ms`;
}

async function measure(
  server: BenchServer,
  record: 'on-demand' | 'off',
): Promise<{ still: number[]; menu: number[] }> {
  await using desktop = await createDesktop(server, record);
  await openThreeWindows(desktop.wire);
  if (record === 'on-demand') await server.request('POST', `/v1/desktops/${desktop.id}/trace/start`, {});
  const still = await sample(SAMPLES, () => desktop.wire.ask('left_click', EMPTY_PLACE));
  const menu = await clickMenu(desktop.wire);
  if (record === 'on-demand') await server.request('POST', `/v1/desktops/${desktop.id}/trace/stop`, {});
  return { still, menu };
}

/** The editor's File menu, 304x374 pixels, opens and shuts in turn. It has been painted before the next click, as when an agent looks before it acts. */
async function clickMenu(wire: Wire): Promise<number[]> {
  const { tree } = TreeReport.parse(await wire.ask('get_accessibility_tree'));
  const bounds = findElement(tree, { role: 'menu', title: 'File' });
  if (!bounds) throw new Error('the editor shows no File menu');
  const place = centreOf(bounds);
  const painted = (): Promise<unknown> => wire.ask('run_command', { command: 'sleep 0.1' });
  return sample(SAMPLES, () => wire.ask('left_click', place), painted);
}
