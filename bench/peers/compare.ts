// Side by side: Deskreel and Cua's computer-server, driven by the same unmodified client on the same three windows.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { clientsPython } from '../../test/support/python.ts';
import type { BenchServer } from '../server.ts';
import { statsOf, type Stats } from '../stats.ts';
import { docker, startPeer } from './peer.ts';

const MEASURE = fileURLToPath(new URL('./measure.py', import.meta.url));
const WALK = fileURLToPath(new URL('./walk.py', import.meta.url));
const TREE = fileURLToPath(new URL('./tree-inside.ts', import.meta.url));
/** Where the image has the agent's code, and where this is put beside it. */
const TREE_INSIDE = '/opt/deskreel/bench/peers/tree-inside.ts';
/** The File menu of the editor, where the windows are placed. */
const MENU = { x: 62, y: 80 };
const TREES = 100;
const WINDOWS = {
  mousepad: '0,40,40,600,420',
  thunar: '0,560,60,620,420',
  'xfce4-terminal': '0,300,330,640,400',
};

const Found = z.object({
  click: z.array(z.number()),
  screenshot: z.array(z.number()),
  traced: z.array(z.number()),
  warm: z.array(z.number()),
  bytes: z.number().optional(),
  after: z.array(z.string()).optional(),
  steps: z.number(),
  clicks: z.number(),
});
const Walked = z.object({ nodes: z.number(), times: z.array(z.number()) });
const Made = z.object({ id: z.string(), links: z.object({ api: z.string() }) });
const Stopped = z.object({ trace_id: z.string() });
const Tree = z.object({ result: z.object({ nodes: z.number() }) });

interface Side {
  readonly click: Stats;
  readonly traced: Stats;
  /** Clicks after thousands of them. */
  readonly warm: Stats;
  readonly screenshot: Stats;
  readonly bytes: number;
  readonly equal: string;
}

/** Readings of a tree. */
type Walk = z.output<typeof Walked>;
type OurSide = Side & { readonly tree: Walk };

export async function benchPeers(server: BenchServer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-peers-'));
  try {
    await using peer = await startPeer();
    await openWindows(peer.container);
    const theirs = await measurePeer(peer.url, folder);
    const least = Walked.parse(JSON.parse(await walkTree(peer.container, 'least')));
    const same = Walked.parse(JSON.parse(await walkTree(peer.container, 'same')));
    const read = Walked.parse(JSON.parse(await readTree(peer.container)));
    const ours = await measureOurs(server, folder);
    print({ ours, theirs, least, same, read });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function openWindows(container: string): Promise<void> {
  for (const [program, place] of Object.entries(WINDOWS)) {
    await docker('exec', '--detach', container, program);
    const placed = `for i in $(seq 100); do wmctrl -x -r ${program} -e ${place} && exit 0; sleep 0.1; done; exit 1`;
    await docker('exec', container, 'bash', '-c', placed);
  }
  await docker('exec', container, 'bash', '-c', 'wmctrl -x -a mousepad; sleep 2');
}

/** `same`: all that the tree tells of an element; `least`: no more than role, name, states and extents. */
async function walkTree(container: string, what: 'least' | 'same'): Promise<string> {
  await docker('cp', WALK, `${container}:/tmp/walk.py`);
  return docker('exec', container, 'python3', '/tmp/walk.py', what);
}

/** The same desktop's tree by the agent's code, inside as the walk is. */
async function readTree(container: string): Promise<string> {
  await docker('exec', '--user', 'root', container, 'mkdir', '-p', dirname(TREE_INSIDE));
  await docker('cp', TREE, `${container}:${TREE_INSIDE}`);
  return docker('exec', container, 'node', TREE_INSIDE);
}

async function measurePeer(url: string, folder: string): Promise<Side> {
  const found = await run(url, folder, 'own', () => Promise.resolve());
  const pictures = await Promise.all((found.after ?? []).map((path) => readFile(path)));
  return sideOf(found, found.bytes ?? NaN, await equalTo(folder, pictures));
}

async function measureOurs(server: BenchServer, folder: string): Promise<OurSide> {
  const made = await server.request('POST', '/v1/desktops', { record: 'on-demand' });
  const { id, links } = Made.parse(made);
  const path = `/v1/desktops/${id}`;
  try {
    await openWindows(`deskreel-${id}`);
    const archives: Buffer[] = [];
    const found = await run(links.api, folder, 'server', async (word) => {
      const answer = await server.request('POST', `${path}/trace/${word}`, {});
      if (word === 'stop')
        archives.push(await server.download(`/v1/traces/${Stopped.parse(answer).trace_id}/archive`));
    });
    const tree = await timeTree(server, path);
    const pictures = await afterFrames(archives[1] ?? Buffer.alloc(0), folder);
    const side = sideOf(found, archives[0]?.length ?? NaN, await equalTo(folder, pictures));
    return { ...side, tree };
  } finally {
    await server.request('DELETE', path);
  }
}

/** Runs the client; `obey` is called with what it asks for, `start` or `stop` of a trace. */
async function run(
  url: string,
  folder: string,
  tracer: 'own' | 'server',
  obey: (word: string) => Promise<void>,
): Promise<z.output<typeof Found>> {
  const args = [MEASURE, url, folder, String(MENU.x), String(MENU.y), tracer];
  const child = spawn(await clientsPython(), args, {
    env: { ...process.env, CUA_TELEMETRY: '0' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (line !== 'start' && line !== 'stop') continue;
    await obey(line);
    child.stdin.write('done\n');
  }
  await ended;
  return Found.parse(JSON.parse(last));
}

async function timeTree(server: BenchServer, path: string): Promise<Walk> {
  const times: number[] = [];
  let nodes = 0;
  for (let round = 0; round < TREES + 10; round += 1) {
    const from = performance.now();
    const answer = await server.request('POST', `${path}/commands/get_accessibility_tree`, {});
    if (round >= 10) times.push(performance.now() - from);
    ({ nodes } = Tree.parse(answer).result);
  }
  return { times, nodes };
}

const ClickEvent = z.object({ data: z.object({ method: z.string(), screenshot: z.string().nullable() }) });

/** The picture that the trace names after each click. */
async function afterFrames(archive: Buffer, folder: string): Promise<Buffer[]> {
  const zip = join(folder, 'ours.zip');
  await writeFile(zip, archive);
  await promisify(execFile)(await clientsPython(), ['-m', 'zipfile', '--extract', zip, join(folder, 'ours')]);
  const files = await Array.fromAsync(glob(join(folder, 'ours', '*', 'event_*_api_call.json')));
  const events = await Promise.all(
    files.sort().map(async (file) => ({ file, text: await readFile(file, 'utf8') })),
  );
  const shown = events
    .map(({ file, text }) => ({ file, ...ClickEvent.parse(JSON.parse(text)).data }))
    .filter(({ method }) => method === 'left_click');
  return Promise.all(shown.map(({ file, screenshot }) => readFile(join(dirname(file), screenshot ?? ''))));
}

/** How many of the pictures show what the screen showed once it had come to rest. */
async function equalTo(folder: string, pictures: readonly Buffer[]): Promise<string> {
  const pixels = (picture: Buffer): Promise<Buffer> => sharp(picture).removeAlpha().raw().toBuffer();
  let equal = 0;
  for (const [step, picture] of pictures.entries()) {
    const rested = await readFile(join(folder, `rested-${step}.png`));
    if ((await pixels(picture)).equals(await pixels(rested))) equal += 1;
  }
  return `${equal} of ${pictures.length}`;
}

function sideOf(found: z.output<typeof Found>, bytes: number, equal: string): Side {
  return {
    click: statsOf(found.click),
    traced: statsOf(found.traced),
    warm: statsOf(found.warm),
    screenshot: statsOf(found.screenshot),
    bytes: bytes / found.clicks,
    equal,
  };
}

interface Compared {
  readonly ours: OurSide;
  readonly theirs: Side;
  readonly least: Walk;
  readonly same: Walk;
  readonly read: Walk;
}

function print({ ours, theirs, least, same, read }: Compared): void {
  const rows = [
    ['what', 'deskreel p50', 'p99', 'computer-server p50', 'p99', 'ratio', 'aim'],
    Array.from({ length: 7 }, () => '---'),
    timesRow('click', ours.click, theirs.click, '1'),
    timesRow('click, after 2,000 more', ours.warm, theirs.warm, '1'),
    timesRow('click, traced', ours.traced, theirs.traced, '15'),
    timesRow('screenshot', ours.screenshot, theirs.screenshot, '10'),
    ['archive, a step', kib(ours.bytes), '', kib(theirs.bytes), '', ratio(ours.bytes, theirs.bytes), '2'],
    ['after-frames that show the settled screen', ours.equal, '', theirs.equal, '', '', ''],
    nodesRow('tree, a node, inside (theirs: pyatspi, reading the same)', read, same, '15'),
    nodesRow('tree, a node, inside (theirs: pyatspi, reading less)', read, least, ''),
    nodesRow('tree, a node, through the server (theirs: pyatspi, the same, inside)', ours.tree, same, ''),
  ];
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

function timesRow(what: string, mine: Stats, other: Stats, aim: string): string[] {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  return [what, ms(mine.p50), ms(mine.p99), ms(other.p50), ms(other.p99), ratio(mine.p50, other.p50), aim];
}

function nodesRow(what: string, mine: Walk, other: Walk, aim: string): string[] {
  const each = ({ times, nodes }: Walk): Stats => statsOf(times.map((ms) => (ms * 1000) / nodes));
  const [own, theirs] = [each(mine), each(other)];
  const us = (value: number): string => `${value.toFixed(1)} µs`;
  return [what, us(own.p50), us(own.p99), us(theirs.p50), us(theirs.p99), ratio(own.p50, theirs.p50), aim];
}

function ratio(mine: number, other: number): string {
  return (other / mine).toFixed(1);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
