// What the accessibility tree costs: of three applications, of a browser's page, and where a program hangs.
import { z } from 'zod';
import { createDesktop, openThreeWindows, settled, type BenchDesktop } from './desktop.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { sample, statsOf } from './stats.ts';

const Tree = z.object({
  nodes: z.number(),
  unavailable: z.array(z.object({ application: z.string() })),
});

const TREES = 200;
const PAGES = 30;
const HUNG = 5;
/** Elements of the page, beside the browser's own. */
const ELEMENTS = 2000;
/** Seconds that one application may take. */
const DEADLINE = 1;
const PAGE = '/tmp/page.html';

export async function benchTree(server: BenchServer, report: Report): Promise<void> {
  await using desktop = await createDesktop(server, 'off');
  await openThreeWindows(desktop.wire);
  const { nodes, times } = await readTrees(desktop, TREES, {});
  report.times(`tree of ${nodes} nodes`, times, 'p50 < 60 ms');
  const { p50, p99 } = statsOf(times);
  const perNode = (ms: number): string => `${((ms * 1000) / nodes).toFixed(1)} µs`;
  report.row('tree, a node', perNode(p50), perNode(p99), String(times.length), '40 µs');
  const active = await readTrees(desktop, TREES, { scope: 'focused_window' });
  report.times(`tree of the active window, ${active.nodes} nodes`, active.times, '');
  const lines = await readTrees(desktop, TREES, { format: 'lines' });
  report.times('the same desktop as lines', lines.times, '');
  await hang(desktop, report);
  await openPage(desktop);
  const page = await readTrees(desktop, PAGES, {});
  report.times(`tree with a page of ${ELEMENTS} elements, ${page.nodes} nodes`, page.times, 'p99 < 1000 ms');
}

async function readTrees(
  { wire }: BenchDesktop,
  count: number,
  params: Record<string, unknown>,
): Promise<{ nodes: number; times: number[] }> {
  let nodes = 0;
  const times = await sample(count, async () => {
    ({ nodes } = Tree.parse(await wire.ask('get_accessibility_tree', params)));
  });
  return { nodes, times };
}

/** The file manager stops answering: what it costs is its own deadline. */
async function hang({ wire }: BenchDesktop, report: Report): Promise<void> {
  await wire.ask('run_command', { command: 'pkill -STOP -x thunar' });
  const named = new Set<string>();
  const times = await sample(HUNG, async () => {
    const { unavailable } = Tree.parse(await wire.ask('get_accessibility_tree', { timeout: DEADLINE }));
    for (const { application } of unavailable) named.add(application);
  });
  await wire.ask('run_command', { command: 'pkill -CONT -x thunar' });
  report.times(`tree while ${[...named].join(', ')} hangs, ${DEADLINE} s allowed`, times, '');
}

async function openPage({ wire }: BenchDesktop): Promise<void> {
  const buttons = Array.from({ length: ELEMENTS }, (_unused, at) => `<button>Button ${at}</button>`);
  const content = `<!doctype html><title>Buttons</title>${buttons.join('\n')}`;
  await wire.ask('write_text', { path: PAGE, content });
  await wire.ask('launch', { app: 'chromium', args: [`file://${PAGE}`] });
  await wire.ask('wait_for', {
    element: { role: 'button', name: `Button ${ELEMENTS - 1}`, state: [] },
    timeout: 60,
  });
  await settled(wire);
}
