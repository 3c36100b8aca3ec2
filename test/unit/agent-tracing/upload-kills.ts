// Uploads whose client or server is killed at moments that a seed gives, and what is there when both run again.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text as textOf } from 'node:stream/consumers';
import sharp from 'sharp';
import { systemClock } from '../../../server/clock.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { entriesOf } from '../../support/exports.ts';
import { seededRandom } from '../../support/random.ts';
import { eventually } from '../../support/server.ts';
import { HeldWay, type Moment } from './held-way.ts';
import { temporaryFolder } from './setup.ts';

/** What a child is told. */
export interface KilledRun {
  readonly runId: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly seed: number;
  /** Each in a step of its own, and each with a picture. */
  readonly snapshots: number;
}

const SNAPSHOTS = 6;
const RUN = 'killed-run';
/** Somewhat less than what the parts of a run have. */
const ALL_BYTES = SNAPSHOTS * 60_000;
/** How long a completion takes on a slow machine. Milliseconds. */
const COMPLETION_MS = 250;

/** A picture that no packing makes small, as base64. */
export async function noise(random: () => number): Promise<string> {
  const [width, height] = [320, 240];
  const raw = Buffer.from(Array.from({ length: width * height * 3 }, () => random() * 256));
  const png = await sharp(raw, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return png.toString('base64');
}

function momentOf(random: () => number): Moment {
  const kind = random();
  if (kind < 0.6) return { bytes: 1 + Math.floor(random() * ALL_BYTES) };
  return { asked: kind < 0.7 ? /screenshots\/init/ : kind < 0.8 ? /index_upload/ : /complete/ };
}

/** The client is killed in the middle; the next one ends what it began. */
export async function killClient(seed: number): Promise<void> {
  const random = seededRandom(seed);
  await using scene = await Scene.open(seed);
  const { way } = scene;
  const moment = momentOf(random);
  const client = scene.client(RUN, SNAPSHOTS);
  await scene.heldAt(moment, client);
  // What came through is written down by then: nothing else moves.
  await eventually(async () => assert.deepEqual(await scene.writtenDown(), partsOf(way.acknowledged)));
  await scene.killed(client);
  assert.ok((await scene.pending()).includes(`${RUN}.jsonl`), 'the local copy is there');
  const before = [...way.acknowledged];
  way.seen = [];
  way.release();
  await scene.ended(scene.client('next-run', 0));
  const again = way.seen.filter((request) => before.includes(request));
  assert.deepEqual(again, [], 'what was acknowledged is not sent again');
  await scene.checkWhole();
}

/** The server is killed in the middle, and started again while the client goes on. */
export async function killServer(seed: number): Promise<void> {
  const random = seededRandom(seed);
  await using scene = await Scene.open(seed);
  const { way } = scene;
  const moment = momentOf(random);
  const client = scene.client(RUN, SNAPSHOTS);
  await scene.heldAt(moment, client);
  if ('asked' in moment) await systemClock.sleep(random() * COMPLETION_MS);
  await scene.restartServer();
  await scene.checkSwept();
  assert.ok((await scene.pending()).includes(`${RUN}.jsonl`), 'the local copy is there');
  way.release();
  await scene.ended(client);
  await scene.ended(scene.client('next-run', 0));
  await scene.checkWhole();
}

/** As the client calls them: `screenshot-1` of `PUT /v1/uploads/…/screenshots/1`. */
function partsOf(requests: readonly string[]): string[] {
  return requests
    .map((request) => request.replace(/.*[0-9a-f]{32}\//, '').replace('screenshots/', 'screenshot-'))
    .sort();
}

interface Started {
  readonly url: string;
  readonly token: string;
}

class Scene implements AsyncDisposable {
  readonly way: HeldWay;
  readonly #seed: number;
  readonly #stack: AsyncDisposableStack;
  readonly #path: string;
  #server: ChildProcess;
  #started: Started;

  private constructor(
    seed: number,
    stack: AsyncDisposableStack,
    path: string,
    way: HeldWay,
    server: ChildProcess,
    started: Started,
  ) {
    this.#seed = seed;
    this.#stack = stack;
    this.#path = path;
    this.way = way;
    this.#server = server;
    this.#started = started;
  }

  static async open(seed: number): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await temporaryFolder());
    await mkdir(join(path, 'cwd'));
    const { child, started } = await startServerProcess(path);
    const way = await HeldWay.to(started.url);
    const scene = new Scene(seed, stack.move(), path, way, child, started);
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.way.close();
    await this.killed(this.#server);
    await this.#stack.disposeAsync();
  }

  client(runId: string, snapshots: number): ChildProcess {
    const run: KilledRun = {
      runId,
      apiUrl: this.way.url,
      apiKey: this.#started.token,
      seed: this.#seed,
      snapshots,
    };
    return spawn(process.execPath, [join(import.meta.dirname, 'uploading-child.ts'), JSON.stringify(run)], {
      cwd: join(this.#path, 'cwd'),
      env: { ...process.env, DESKREEL_DATA: join(this.#path, 'client') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Rejects where the client ends before that moment, which then never comes. */
  async heldAt(moment: Moment, client: ChildProcess): Promise<void> {
    const reached = new AbortController();
    const tooEarly = once(client, 'exit', { signal: reached.signal }).then(() => {
      throw new Error('the client ended before the moment at which something was to be killed');
    });
    try {
      await Promise.race([this.way.holdAt(moment), tooEarly]);
    } finally {
      reached.abort();
      await tooEarly.catch(() => undefined);
    }
  }

  async ended(client: ChildProcess): Promise<void> {
    assert.ok(client.stdout);
    const [said] = await Promise.all([textOf(client.stdout), gone(client)]);
    assert.equal(client.exitCode, 0, said);
  }

  async killed(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL');
    await gone(child);
  }

  async restartServer(): Promise<void> {
    await this.killed(this.#server);
    const { child, started } = await startServerProcess(this.#path);
    this.#server = child;
    this.#started = started;
    this.way.target = started.url;
  }

  pending(): Promise<string[]> {
    return readdir(join(this.#path, 'client', 'traces', 'pending'));
  }

  /** Parts that the client has written down as acknowledged. */
  async writtenDown(): Promise<string[]> {
    const path = join(this.#path, 'client', 'traces', 'pending', `${RUN}.upload`, 'state.json');
    const { acknowledged } = JSON.parse(await readFile(path, 'utf8')) as { acknowledged: string[] };
    return acknowledged.sort();
  }

  /** Everything is there once, nothing twice, and nothing lies about. */
  async checkWhole(): Promise<void> {
    assert.deepEqual(await this.pending(), []);
    const traces = (await this.#listed()).filter(({ run_id }) => run_id === RUN);
    assert.equal(traces.length, 1);
    const id = traces[0]?.trace_id ?? '';
    const events = await this.#exported(id);
    const wanted = Array.from({ length: SNAPSHOTS }, () => ['step_start', 'snapshot', 'step_end']).flat();
    assert.deepEqual(
      events.map(({ type }) => type),
      ['run_start', ...wanted, 'run_end'],
    );
    for (const { type, data } of events)
      assert.equal(typeof data['screenshot_base64'], type === 'snapshot' ? 'string' : 'undefined');
    await using files = await openTraceFiles(join(this.#path, 'server', 'traces', id));
    assert.deepEqual((await verifyTrace(files)).faults, []);
    await this.checkSwept();
    const left = (await this.#names('uploads')).filter((name) => name.includes('/'));
    assert.ok(
      left.every((name) => name.endsWith('/upload.json')),
      left.join(),
    );
  }

  /** Nothing is there that is half done. */
  async checkSwept(): Promise<void> {
    const names = [...(await this.#names('traces')), ...(await this.#names('uploads'))];
    assert.deepEqual(
      names.filter((name) => /\.incoming|\.deleted|\.tmp$/.test(name) && !name.endsWith('.zip.tmp')),
      [],
    );
  }

  #names(folder: string): Promise<string[]> {
    return readdir(join(this.#path, 'server', folder), { recursive: true });
  }

  async #listed(): Promise<{ trace_id: string; run_id: string }[]> {
    const response = await this.#get('/v1/traces');
    return ((await response.json()) as { traces: { trace_id: string; run_id: string }[] }).traces;
  }

  async #exported(id: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
    const response = await this.#get(`/v1/traces/${id}/export/predicate`);
    const entries = await entriesOf(Buffer.from(await response.arrayBuffer()));
    const lines = String(entries.get(`${RUN}.jsonl`))
      .trim()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as { type: string; data: Record<string, unknown> });
  }

  #get(path: string): Promise<Response> {
    const { url, token } = this.#started;
    return fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }
}

/** It may have ended before anybody asked: a client that found no server for long leaves the run to the next one. */
async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function startServerProcess(folder: string): Promise<{ child: ChildProcess; started: Started }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'upload-server-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(child.stdout);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, started: JSON.parse(line) as Started };
}
