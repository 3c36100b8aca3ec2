// A desktop whose agent is killed again and again in the middle of a trace.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { Deskreel, verifyTrace } from '../../sdk/index.ts';
import { faultText } from '../../trace/verify/fault.ts';
import { BusyClient, missingIn, openEditor } from './busy-client.ts';
import { inside, KILL_AGENT } from './inside.ts';
import { rowsOf, savedTrace, type SavedTrace } from './saved-trace.ts';
import { TestServer } from './server.ts';

/** From the agent's death to the next command that is answered. */
const WORKS_WITHIN_MS = 10_000;
/** Between two kills, at the most. Milliseconds. */
const LONGEST_MS = 1200;

export interface KilledAgents {
  readonly answered: number;
  readonly slowestMs: number;
}

export class AgentDesktop implements AsyncDisposable {
  readonly #server: TestServer;
  readonly #desktop: string;
  readonly #saved: string;
  #traces = 0;

  private constructor(server: TestServer, desktop: string, saved: string) {
    this.#server = server;
    this.#desktop = desktop;
    this.#saved = saved;
  }

  static async start(): Promise<AgentDesktop> {
    const server = await TestServer.start();
    try {
      const { id } = await server.create({ record: 'always' });
      return new AgentDesktop(server, id, await mkdtemp(join(tmpdir(), 'deskreel-saved-')));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** One trace with so many kills at moments that chance decides: all that was answered is in it, and each loss and return. */
  async killInTrace(kills: number, random: () => number): Promise<KilledAgents> {
    this.#traces += 1;
    const { url, token } = this.#server.running;
    await using deskreel = await Deskreel.open({ url, token });
    const session = deskreel.session(this.#desktop);
    await openEditor(session);
    const options = { accessibility_tree: random() < 0.5, video: random() < 0.5 };
    const traceId = await deskreel.startTrace(this.#desktop, options);
    const client = new BusyClient(session, `trace-${this.#traces}`);
    await client.more(3);
    const slowestMs = await this.#kill(kills, client, random);
    await client.end();
    await deskreel.stopTrace(this.#desktop, { format: 'zip', path: this.#saved });
    const { path } = await deskreel.saveTrace(traceId, { format: 'dir', path: this.#saved });
    const trace = await savedTrace(path);
    await this.#isWhole(trace);
    assert.deepEqual(missingIn(trace, client.answered), []);
    assert.deepEqual(
      agentRows(trace),
      Array.from({ length: kills }, () => ['agent_lost', 'agent_back']).flat(),
    );
    return { answered: client.answered.length, slowestMs };
  }

  /** Returns how long it took at the most until commands worked again. */
  async #kill(kills: number, client: BusyClient, random: () => number): Promise<number> {
    let slowestMs = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      await systemClock.sleep(random() * LONGEST_MS);
      await inside(this.#server.docker, this.#desktop, KILL_AGENT);
      const from = performance.now();
      await client.more(3, WORKS_WITHIN_MS);
      slowestMs = Math.max(slowestMs, performance.now() - from);
    }
    return slowestMs;
  }

  async #isWhole({ dir }: SavedTrace): Promise<void> {
    for (const path of [dir, `${dir}.zip`]) {
      const { faults, gaps } = await verifyTrace(path, { data: this.#server.data });
      assert.deepEqual([...faults.map(faultText), ...gaps], []);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#saved, { recursive: true });
    await this.#server[Symbol.asyncDispose]();
  }
}

function agentRows({ rows }: SavedTrace): string[] {
  return rowsOf(rows, 'desktop')
    .map(({ data }) => data.state)
    .filter((state) => state.startsWith('agent_'));
}
