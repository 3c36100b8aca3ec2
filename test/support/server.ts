// A server of its own for a test, inside the process, on a free port and a folder that goes away with it.
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { z } from 'zod';
import { DesktopInfo, type DesktopSpecInput } from '../../protocol/desktop.ts';
import { startServer, type RunningServer } from '../../server/app.ts';
import { systemClock } from '../../server/clock.ts';
import { readConfig, type Config } from '../../server/config.ts';
import { engineAddress } from '../../server/containers/engine-address.ts';
import { serverId } from '../../server/data-folder.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json(): unknown;
}

/** One HTTP request with exactly these headers. */
export async function ask(
  url: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  const request = httpRequest(url, { method, headers, agent: false });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request.on('error', reject);
  request.on('response', (response) => {
    text(response).then((answer) => {
      const json = (): unknown => JSON.parse(answer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, json });
    }, reject);
  });
  request.end(body);
  return await promise;
}

/** Waits until the check passes; throws its last failure when it does not within the time. Milliseconds. */
export async function eventually(check: () => Promise<void>, withinMs = 30_000): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await systemClock.sleep(100);
    }
  }
}

export class TestServer {
  readonly data: string;
  readonly docker: Docker;
  readonly #config: Config;
  #server: RunningServer | undefined;
  /** Every row that the servers logged. */
  readonly log: string[] = [];

  private constructor(data: string, config: Config, docker: Docker) {
    this.data = data;
    this.#config = config;
    this.docker = docker;
  }

  static async start(overrides: Partial<Config> = {}): Promise<TestServer> {
    const data = await mkdtemp(join(tmpdir(), 'deskreel-test-'));
    const config = { ...readConfig({ port: 0, data }), ...overrides };
    const docker = new Docker(await engineAddress(readConfig().engine));
    const server = new TestServer(data, config, docker);
    await server.open();
    return server;
  }

  /** Starts it, or starts it again. */
  async open(): Promise<void> {
    this.#server = await startServer(this.#config, { writeLog: (line) => void this.log.push(line) });
  }

  /** As SIGTERM does: desktops stay. */
  async shut(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  get running(): RunningServer {
    if (!this.#server) throw new Error('the test server is shut');
    return this.#server;
  }

  get url(): string {
    return this.running.url;
  }

  get auth(): { 'X-API-Key': string } {
    return { 'X-API-Key': this.running.token };
  }

  /** One request with the server's token. */
  api(method: string, path: string, body?: unknown): Promise<Answer> {
    const payload = body === undefined ? {} : { body: JSON.stringify(body) };
    return ask(`${this.url}${path}`, { method, headers: this.auth, ...payload });
  }

  async create(spec: DesktopSpecInput = {}): Promise<DesktopInfo> {
    const answer = await this.api('POST', '/v1/desktops', { record: 'on-demand', ...spec });
    if (answer.status !== 201) throw new Error(`create answered ${answer.status}: ${answer.text}`);
    return DesktopInfo.parse(answer.json());
  }

  async desktops(): Promise<DesktopInfo[]> {
    const answer = await this.api('GET', '/v1/desktops');
    return z.object({ desktops: z.array(DesktopInfo) }).parse(answer.json()).desktops;
  }

  /** The id of the container that a desktop is in. */
  async containerOf(desktop: string): Promise<string> {
    const filters = { label: [`deskreel.desktop=${desktop}`] };
    const [container] = await this.docker.listContainers({ all: true, filters });
    if (!container) throw new Error(`no container of ${desktop}`);
    return container.Id;
  }

  /** The names of all containers and networks that the engine holds for this server. */
  async leftovers(): Promise<string[]> {
    const filters = { label: [`deskreel.server=${await serverId(this.data)}`] };
    const containers = await this.docker.listContainers({ all: true, filters });
    const networks = await this.docker.listNetworks({ filters });
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
  }

  /** Takes away everything, whatever the test left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
    for (const name of await this.leftovers()) {
      const bare = name.replace(/^\//, '');
      await this.docker.getContainer(bare).remove({ force: true, v: true }).catch(notThere);
      await this.docker.getNetwork(bare).remove().catch(notThere);
    }
    await rm(this.data, { recursive: true });
  }
}

/** It is gone, or somebody else is removing it. */
function notThere(error: unknown): void {
  if (
    error instanceof Error &&
    'statusCode' in error &&
    (error.statusCode === 404 || error.statusCode === 409)
  )
    return;
  throw error;
}
