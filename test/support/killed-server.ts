// A server that is killed while commands flow into a trace, and what the next one makes of it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deskreel, DeskreelError, type CommandSession } from '../../sdk/index.ts';
import { systemClock } from '../../server/clock.ts';
import { savedTrace, type SavedTrace } from './saved-trace.ts';
import { serveProcess, type ServerProcess } from './server-process.ts';
import { ask, eventually, TestServer } from './server.ts';

/** What the contract gives a desktop to answer again, from when /healthz does. */
const ANSWERS_WITHIN_MS = 20_000;
/** Before the kill, at the most; the first commands have been answered by then. Milliseconds. */
const LONGEST_MS = 1500;

/** A command as its client saw it end. */
export interface Answered {
  readonly text: string;
  readonly method: string;
  readonly success: boolean;
}

export interface AfterKill {
  readonly answered: readonly Answered[];
  readonly trace: SavedTrace;
  readonly end: string;
  /** From the first answer of /healthz to that of the desktop. Milliseconds. */
  readonly backMs: number;
}

/** One folder and one desktop, for as many kills as wanted. */
export class KilledServer implements AsyncDisposable {
  readonly #owner: TestServer;
  readonly #saved: string;
  #process: ServerProcess;
  #desktop = '';

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
    await using deskreel = await killed.#open();
    killed.#desktop = (await deskreel.createDesktop({ record: 'on-demand' })).id;
    return killed;
  }

  /** Starts a trace, lets commands flow, kills the server at a moment that chance decides, starts it again. */
  async kill(random: () => number): Promise<AfterKill> {
    const { traceId, answered } = await this.#flow(random() * LONGEST_MS);
    this.#process = await serveProcess(this.#owner.data);
    assert.equal((await ask(`${this.#process.url}/healthz`)).status, 200);
    const from = performance.now();
    await using deskreel = await this.#open();
    const session = deskreel.session(this.#desktop);
    await eventually(async () => {
      await session.call('get_screen_size', {});
    }, ANSWERS_WITHIN_MS);
    const backMs = performance.now() - from;
    session.close();
    const { path } = await deskreel.saveTrace(traceId, { format: 'dir', path: this.#saved });
    const trace = await savedTrace(path);
    return { answered, trace, end: trace.overview.end, backMs };
  }

  async #flow(killAfterMs: number): Promise<{ traceId: string; answered: Answered[] }> {
    await using deskreel = await this.#open();
    const traceId = await deskreel.startTrace(this.#desktop, {});
    const session = deskreel.session(this.#desktop);
    const answered: Answered[] = [];
    const over = new AbortController();
    const flowing = Promise.all([
      stream(session, 'type_text', answered, over.signal),
      stream(session, 'read_text', answered, over.signal),
    ]);
    await eventually(async () => {
      await session.call('get_screen_size', {});
      assert.ok(answered.length > 2);
    });
    await systemClock.sleep(killAfterMs);
    await this.#process.kill();
    over.abort();
    session.close();
    await flowing;
    return { traceId, answered };
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

/** How a command ends that the server's death left without an answer. */
const NO_ANSWER = ['cancelled', 'unknown_outcome', 'guest_unavailable'];

/** One command after the other until the end: texts that are typed, or files that are not there. */
async function stream(
  session: CommandSession,
  method: 'type_text' | 'read_text',
  answered: Answered[],
  over: AbortSignal,
): Promise<void> {
  for (let count = 0; !over.aborted; count += 1) {
    const text = `${method}-${count}`;
    try {
      await session.call(method, method === 'type_text' ? { text } : { path: text });
      answered.push({ text, method, success: true });
    } catch (error) {
      if (!(error instanceof DeskreelError)) throw error;
      if (error.code === 'command_failed') answered.push({ text, method, success: false });
      else if (!NO_ANSWER.includes(error.code)) throw error;
    }
  }
}

/** That the trace ends as recovered and holds every command that was answered, with its outcome. */
export function assertNothingLost({ answered, trace, end }: AfterKill): void {
  assert.equal(end, 'recovered');
  assert.equal(trace.events.at(-1)?.data['end'], 'recovered');
  const recorded = trace.calls.map(({ method, args, success, ended }) => {
    const text = args?.['text'] ?? args?.['path'];
    return JSON.stringify({ text, method, success: ended === null ? 'unknown' : success });
  });
  for (const { text, method, success } of answered) {
    const wanted = JSON.stringify({ text, method, success });
    assert.equal(recorded.filter((one) => one === wanted).length, 1, `${wanted} is recorded once`);
  }
}
