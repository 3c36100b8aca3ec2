// A desktop with an editor on a file, behind a server that can be killed: what a client's commands did can be read in the file.
import assert from 'node:assert/strict';
import { on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { CommandSession } from '../../sdk/connection/command-session.ts';
import { Deskreel, DeskreelError } from '../../sdk/index.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { inside, KILL_AGENT } from './inside.ts';
import { savedTrace, type SavedTrace } from './saved-trace.ts';
import { serveProcess, type ServerProcess } from './server-process.ts';
import { eventually, TestServer } from './server.ts';

const FILE = '/home/cua/once.txt';
/** So many commands of a session are under way at a time. */
const PIPELINED = 4;

/** A command, and how its client saw it end. */
export interface Ended {
  readonly text: string;
  /** `success`, or the code of the error. */
  readonly outcome: string;
}

export class OnceDesktop implements AsyncDisposable {
  readonly #owner: TestServer;
  #process: ServerProcess;
  #id = '';

  private constructor(owner: TestServer, process: ServerProcess) {
    this.#owner = owner;
    this.#process = process;
  }

  static async start(): Promise<OnceDesktop> {
    // It owns the folder and takes everything away at the end; the ones that are killed work on it meanwhile.
    const owner = await TestServer.start();
    await owner.shut();
    const made = new OnceDesktop(owner, await serveProcess(owner.data));
    try {
      await using deskreel = await made.deskreel();
      made.#id = (await deskreel.createDesktop({ record: 'on-demand' })).id;
      await made.#withSession((session) => session.call('launch', { app: 'mousepad', args: [FILE] }));
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The client of the server, past any proxy. */
  deskreel(): Promise<Deskreel> {
    const { url, token } = this.#process;
    return Deskreel.open({ url, token });
  }

  /** The server is killed and started again at the same address. */
  async killServer(): Promise<void> {
    await this.#process.kill();
    this.#process = await serveProcess(this.#owner.data, {
      port: Number(new URL(this.#process.url).port),
    });
  }

  async killAgent(): Promise<void> {
    await inside(this.#owner.docker, this.#id, KILL_AGENT);
  }

  /** Where requests go by REST, and what they must carry. */
  rest(): { api: string; headers: Record<string, string> } {
    const { url, token } = this.#process;
    return { api: `${url}/v1/desktops/${this.#id}`, headers: { Authorization: `Bearer ${token}` } };
  }

  /** One request over a socket of its own that speaks for the session; resolves with its reply. */
  async bySocket(session: string, request: object): Promise<Record<string, unknown>> {
    const { api, headers } = this.rest();
    const socket = new WebSocket(`${api.replace('http', 'ws')}/ws`, { headers });
    try {
      await once(socket, 'open');
      const heard = on(socket, 'message');
      for (const message of [{ hello: { session } }, request]) socket.send(JSON.stringify(message));
      await heard.next();
      const { value } = (await heard.next()) as { value: [Buffer] };
      return JSON.parse(value[0].toString()) as Record<string, unknown>;
    } finally {
      socket.terminate();
    }
  }

  /** An empty file in an editor that has the focus. */
  async emptyEditor(): Promise<void> {
    await this.#withSession(async (session) => {
      const window = 'xdotool search --onlyvisible --class mousepad';
      const command = `until ${window}; do sleep 0.1; done; xdotool windowactivate --sync $(${window} | tail -1); rm -f ${FILE}`;
      await eventually(async () => {
        await session.call('run_command', { command, timeout: 20 });
        await session.call('hotkey', { keys: ['ctrl', 'a'] });
        await session.call('press_key', { key: 'delete' });
        assert.equal(await this.editorText(), '');
      });
    });
  }

  /** What the editor saves. */
  async editorText(): Promise<string> {
    return this.#withSession(async (session) => {
      await session.call('run_command', { command: `rm -f ${FILE}` });
      await session.call('hotkey', { keys: ['ctrl', 's'] });
      const command = `for i in $(seq 100); do [ -e ${FILE} ] && break; sleep 0.05; done; cat ${FILE}`;
      const answer = await session.call('run_command', { command, timeout: 10 });
      return (answer as { stdout: string }).stdout.replace(/\n$/, '');
    });
  }

  /** Types the texts by one session, each a command, over links that chance cuts; `disturb` does worse after some of them. */
  async type(
    texts: readonly string[],
    random: () => number,
    disturb?: () => Promise<void>,
  ): Promise<{ ended: Ended[]; cuts: number; session: string }> {
    await using proxy = await startCuttingProxy(Number(new URL(this.#process.url).port), random);
    const url = `ws://127.0.0.1:${proxy.port}/v1/desktops/${this.#id}/ws`;
    const session = new CommandSession({ url, headers: { authorization: `Bearer ${this.#process.token}` } });
    const reached = new Reached(Math.floor((texts.length / 3) * (1 + random())));
    const disturbed = reached.promise.then(disturb);
    const ended = await typeAll(session, texts, () => reached.count());
    await disturbed;
    session.close();
    return { ended, cuts: proxy.cuts(), session: session.id };
  }

  /** Records what the work does. */
  async traced<T>(work: () => Promise<T>): Promise<{ done: T; trace: SavedTrace }> {
    const folder = await mkdtemp(join(tmpdir(), 'deskreel-saved-'));
    await using deskreel = await this.deskreel();
    try {
      const traceId = await deskreel.startTrace(this.#id, { screenshots: false });
      const done = await work();
      await deskreel.stopTrace(this.#id);
      const { path } = await deskreel.saveTrace(traceId, { format: 'dir', path: folder });
      return { done, trace: await savedTrace(path) };
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async #withSession<T>(work: (session: CommandSession) => Promise<T>): Promise<T> {
    await using deskreel = await this.deskreel();
    const session = deskreel.session(this.#id);
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    await this.#owner[Symbol.asyncDispose]();
  }
}

/** Resolves when it has been counted so far. */
class Reached {
  readonly promise: Promise<void>;
  #left: number;
  readonly #resolve: () => void;

  constructor(left: number) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#left = left;
    this.promise = promise;
    this.#resolve = () => resolve(undefined);
  }

  count(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }
}

async function typeAll(
  session: CommandSession,
  texts: readonly string[],
  onEnd: () => void,
): Promise<Ended[]> {
  const ended: Ended[] = [];
  const waiting = texts.map((text, index) => ({ text, index }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { text, index } = next;
      ended[index] = { text, outcome: await outcomeOf(session.call('type_text', { text })) };
      onEnd();
    }
  };
  await Promise.all(Array.from({ length: PIPELINED }, work));
  return ended;
}

async function outcomeOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'success';
  } catch (error) {
    if (error instanceof DeskreelError) return error.code;
    throw error;
  }
}

/** Texts that tell each other apart, whatever came of the one before. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index} `);
}

/** That each of the commands happened exactly once and in its order, as editor and trace show. */
export async function assertOnce(desktop: OnceDesktop, count: number, random: () => number): Promise<number> {
  const texts = numbered(count);
  await desktop.emptyEditor();
  const { done, trace } = await desktop.traced(() => desktop.type(texts, random));
  assert.deepEqual(
    done.ended.filter(({ outcome }) => outcome !== 'success'),
    [],
  );
  assert.equal(await desktop.editorText(), texts.join(''));
  const calls = trace.calls.filter((call) => call['session'] === done.session);
  assert.deepEqual(
    calls.map(({ args, success }) => [args?.['text'], success]),
    texts.map((text) => [text, true]),
  );
  return done.cuts;
}
