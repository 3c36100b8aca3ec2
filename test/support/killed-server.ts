// One folder and one desktop whose server is killed again and again, and what the next server makes of what it left.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deskreel, verifyTrace } from '../../sdk/index.ts';
import { parseJson } from '../../protocol/codec.ts';
import { METADATA } from '../../trace/layout.ts';
import { TraceOverview } from '../../trace/metadata.ts';
import { faultText } from '../../trace/verify/fault.ts';
import { BusyClient, missingIn, openEditor } from './busy-client.ts';
import { firstSpans, killAt, type Killed, type Moment } from './kill-moments.ts';
import { savedTrace, type SavedTrace } from './saved-trace.ts';
import { serveProcess, type ServerProcess } from './server-process.ts';
import { ask, eventually, TestServer } from './server.ts';

/** What the contract gives a desktop to answer again, from when /healthz does. */
const ANSWERS_WITHIN_MS = 20_000;

/** What became of one kill. */
export interface AfterKill extends Omit<Killed, 'answered'> {
  readonly answered: number;
  /** From the first answer of /healthz to that of the desktop. Milliseconds. */
  readonly backMs: number;
  /** Of the whole round. Milliseconds. */
  readonly tookMs: number;
}

/** Of all kills so far. */
export interface Totals {
  kills: number;
  answered: number;
  missing: number;
  verified: number;
}

export class KilledServer implements AsyncDisposable {
  readonly totals: Totals = { kills: 0, answered: 0, missing: 0, verified: 0 };
  readonly #owner: TestServer;
  readonly #saved: string;
  readonly #spans = firstSpans();
  readonly #seen = new Set<string>();
  /** The traces that were started. */
  readonly #recorded = new Set<string>();
  #process: ServerProcess;
  #desktop = '';
  #rounds = 0;

  private constructor(owner: TestServer, saved: string, process: ServerProcess) {
    this.#owner = owner;
    this.#saved = saved;
    this.#process = process;
  }

  static async start(): Promise<KilledServer> {
    // It owns the folder and takes everything away at the end; the killed ones work on it meanwhile.
    const owner = await TestServer.start();
    await owner.shut();
    const saved = await mkdtemp(join(tmpdir(), 'deskreel-saved-'));
    const killed = new KilledServer(owner, saved, await serveProcess(owner.data));
    try {
      await killed.#makeDesktop();
      return killed;
    } catch (error) {
      await killed[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Lets commands flow, kills the server at that moment, starts it again and looks for everything that was answered: in the
   * trace what was answered while it ran, in a cut from the flight recorder all of it. Every trace verifies.
   */
  async kill(moment: Moment, random: () => number): Promise<AfterKill> {
    this.#rounds += 1;
    const from = performance.now();
    const killed = await this.#killAt(moment, random);
    this.#process = await serveProcess(this.#owner.data);
    this.totals.kills += killed.kills;
    const backMs = await this.#back();
    await using deskreel = await this.#open();
    const lost = await this.#lost(deskreel, killed, from);
    this.totals.answered += killed.answered.length;
    this.totals.missing += lost.length;
    assert.deepEqual(lost, []);
    assert.deepEqual(failures(this.#process.log), []);
    const answered = killed.answered.length;
    return { ...killed, answered, backMs, tookMs: performance.now() - from };
  }

  /** Everything that the server has, once more. */
  async verifyAll(): Promise<void> {
    this.#seen.clear();
    await using deskreel = await this.#open();
    await this.#verifyNew(deskreel);
  }

  async #killAt(moment: Moment, random: () => number): Promise<Killed> {
    await using deskreel = await this.#open();
    const session = deskreel.session(this.#desktop);
    await session.call('hotkey', { keys: ['ctrl', 'a'] });
    await session.call('press_key', { key: 'delete' });
    const client = new BusyClient(session, `round-${this.#rounds}`);
    try {
      const place = {
        data: this.#owner.data,
        saved: this.#saved,
        desktop: this.#desktop,
        spans: this.#spans,
      };
      return await killAt(moment, { deskreel, client, random, process: this.#process, ...place });
    } finally {
      await client.end();
    }
  }

  /** Waits for the desktop. Returns how long it took. */
  async #back(): Promise<number> {
    assert.equal((await ask(`${this.#process.url}/healthz`)).status, 200);
    const from = performance.now();
    await using deskreel = await this.#open();
    const session = deskreel.session(this.#desktop);
    await eventually(async () => {
      await session.call('get_screen_size', {});
    }, ANSWERS_WITHIN_MS);
    session.close();
    return performance.now() - from;
  }

  async #lost(deskreel: Deskreel, killed: Killed, fromMs: number): Promise<string[]> {
    const { traceId, startedMs, endAskedMs, answered } = killed;
    this.#recorded.add(traceId);
    const during = answered.filter(
      ({ askedMs, answeredMs }) => askedMs >= startedMs && answeredMs <= endAskedMs,
    );
    const trace = await this.#trace(deskreel, traceId);
    assert.equal(trace.overview.end, killed.stopped ? 'stopped' : trace.overview.end);
    assert.ok(['stopped', 'recovered'].includes(trace.overview.end));
    const lastMs = Math.ceil(performance.now() - fromMs) + 1000;
    const { path } = await deskreel.cutTrace(this.#desktop, lastMs, { format: 'dir', path: this.#saved });
    await this.#verifyNew(deskreel);
    assert.deepEqual(await this.#halves(), [], 'what was being made of a trace is whole or not there');
    const lost = [...missingIn(trace, during), ...missingIn(await savedTrace(path), answered)];
    await rm(path, { recursive: true });
    await rm(trace.dir, { recursive: true });
    return lost;
  }

  /** Traces that were recovered, and never ran. */
  async #halves(): Promise<string[]> {
    const found: string[] = [];
    for (const id of this.#seen) {
      if (this.#recorded.has(id)) continue;
      const text = await readFile(join(this.#owner.data, 'traces', id, METADATA), 'utf8');
      if (TraceOverview.parse(parseJson(text)).end === 'recovered') found.push(id);
    }
    return found;
  }

  async #trace(deskreel: Deskreel, traceId: string): Promise<SavedTrace> {
    const { path } = await deskreel.saveTrace(traceId, { format: 'dir', path: this.#saved });
    return savedTrace(path);
  }

  /** That all traces are sealed, and that those that are new verify: what the server keeps of them, and what it gives away. */
  async #verifyNew(deskreel: Deskreel): Promise<void> {
    for (const { traceId, state } of await deskreel.listTraces()) {
      assert.equal(state, 'sealed', traceId);
      if (this.#seen.has(traceId)) continue;
      this.#seen.add(traceId);
      const path = join(this.#saved, 'verified.zip');
      await deskreel.saveTrace(traceId, { format: 'zip', path });
      await this.#verify(path);
      await this.#verify(join(this.#owner.data, 'traces', traceId));
      await rm(path);
      this.totals.verified += 1;
    }
  }

  async #verify(path: string): Promise<void> {
    const { faults, gaps, compared } = await verifyTrace(path, { data: this.#owner.data });
    assert.deepEqual([...faults.map(faultText), ...gaps], []);
    assert.ok(compared);
  }

  async #makeDesktop(): Promise<void> {
    await using deskreel = await this.#open();
    this.#desktop = (await deskreel.createDesktop({ record: 'always' })).id;
    const session = deskreel.session(this.#desktop);
    await openEditor(session);
    session.close();
  }

  #open(): Promise<Deskreel> {
    const { url, token } = this.#process;
    return Deskreel.open({ url, token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    await rm(this.#saved, { recursive: true });
    await this.#owner[Symbol.asyncDispose]();
  }
}

/** What a server logged as its own failure. */
function failures(log: readonly string[]): string[] {
  return log.filter((row) => row.includes('"level":"error"'));
}
