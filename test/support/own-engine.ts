// A Docker engine of a test's own, beside the machine's, that it may kill. Wants root, `dockerd`, `ip` and `umount`.
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { eventually } from './server.ts';

const execute = promisify(execFile);
/** An engine that ends in order stops its containers first. */
const ENDS_WITHIN_MS = 60_000;

export interface OwnEngineOptions {
  /** Containers outlive the engine's process. */
  readonly liveRestore: boolean;
}

export class OwnEngine implements AsyncDisposable {
  readonly #folder: string;
  readonly #bridge: string;
  readonly #options: OwnEngineOptions;
  readonly #docker: Docker;
  #containerd: ChildProcess | undefined;
  #process: ChildProcess | undefined;

  private constructor(folder: string, bridge: string, options: OwnEngineOptions) {
    this.#folder = folder;
    this.#bridge = bridge;
    this.#options = options;
    this.#docker = new Docker({ socketPath: join(folder, 'docker.sock') });
  }

  /** Starts it with one image of the machine's engine. */
  static async start(image: string, options: OwnEngineOptions): Promise<OwnEngine> {
    assert.equal(process.getuid?.(), 0, 'only root can start an engine');
    const folder = await mkdtemp(join(tmpdir(), 'dr-engine-'));
    const bridge = `dr-${folder.slice(-6)}`;
    const engine = new OwnEngine(folder, bridge, options);
    try {
      await execute('ip', ['link', 'add', 'name', bridge, 'type', 'bridge']);
      await execute('ip', ['address', 'add', '10.213.77.1/24', 'dev', bridge]);
      await execute('ip', ['link', 'set', bridge, 'up']);
      await engine.#startContainerd();
      await engine.open();
      await engine.#load(image);
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** For DOCKER_HOST. */
  get url(): string {
    return `unix://${join(this.#folder, 'docker.sock')}`;
  }

  get docker(): Docker {
    return this.#docker;
  }

  /** Starts it, or starts it again. */
  async open(): Promise<void> {
    await writeFile(this.#path('daemon.json'), '{}');
    this.#process = await this.#spawn('dockerd', this.#args());
    await this.#answers();
  }

  /** SIGTERM ends it in order, SIGKILL does not; resolves when it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await ended(this.#process, signal);
  }

  /** A process of its own, as where the system starts both: it outlives the engine. */
  async #startContainerd(): Promise<void> {
    const config = ['version = 2', 'disabled_plugins = ["io.containerd.grpc.v1.cri"]', ''];
    await writeFile(this.#path('containerd.toml'), config.join('\n'));
    this.#containerd = await this.#spawn('containerd', [
      ...['--config', this.#path('containerd.toml'), '--address', this.#path('containerd.sock')],
      ...['--root', this.#path('containerd'), '--state', this.#path('state'), '--log-level', 'warn'],
    ]);
  }

  async #answers(): Promise<void> {
    await eventually(async () => {
      assert.equal(this.#process?.exitCode, null, await readFile(this.#path('log'), 'utf8'));
      await this.#docker.ping();
    }, ENDS_WITHIN_MS);
  }

  async #spawn(command: string, args: readonly string[]): Promise<ChildProcess> {
    const log = createWriteStream(this.#path('log'), { flags: 'a' });
    await once(log, 'open');
    const child = spawn(command, args, { stdio: ['ignore', log, log] });
    log.close();
    return child;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #args(): string[] {
    return [
      ...['--config-file', this.#path('daemon.json'), '--pidfile', this.#path('pid'), '--host', this.url],
      ...['--data-root', this.#path('data'), '--exec-root', this.#path('exec'), '--bridge', this.#bridge],
      ...['--containerd', this.#path('containerd.sock')],
      // Ports are published by its proxies: the machine's rules of packets stay as they are.
      ...['--iptables=false', '--ip6tables=false', '--ip-masq=false', '--log-level', 'warn'],
      ...(this.#options.liveRestore ? ['--live-restore'] : []),
    ];
  }

  async #load(image: string): Promise<void> {
    const save = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
    const load = spawn('docker', ['--host', this.url, 'load', '--quiet'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = Promise.all([once(save, 'exit'), once(load, 'exit')]);
    await pipeline(save.stdout, load.stdin);
    assert.deepEqual(await ended, [
      [0, null],
      [0, null],
    ]);
  }

  /** Takes everything away: containers, the engine and its containerd, what they mounted, the bridge. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (isRunning(this.#process)) {
      // Not removed: what an engine mounted that was killed is busy for the next one.
      for (const { Id } of await this.#docker.listContainers()) {
        await this.#docker.getContainer(Id).kill().catch(notThere);
      }
      await this.end('SIGTERM');
    }
    await ended(this.#containerd, 'SIGTERM');
    await this.#endShims();
    await this.#unmount();
    await execute('ip', ['link', 'delete', this.#bridge]).catch(notThere);
    await rm(this.#folder, { recursive: true });
  }

  /** What is left of containers whose engine could not be asked to remove them. */
  async #endShims(): Promise<void> {
    for (const name of await readdir('/proc')) {
      const [pid, proc] = [Number(name), join('/proc', name)];
      const commandLine = pid > 0 ? await readFile(join(proc, 'cmdline'), 'utf8').catch(notThere) : undefined;
      if (!commandLine?.includes(`-address\0${this.#path('containerd.sock')}`)) continue;
      const children = await readFile(join(proc, 'task', name, 'children'), 'utf8').catch(notThere);
      for (const child of children?.trim().split(' ') ?? []) process.kill(Number(child), 'SIGKILL');
      process.kill(pid, 'SIGKILL');
    }
  }

  /** Detached, the deepest first: what still uses them does not keep the folder from being removed. */
  async #unmount(): Promise<void> {
    const mounts = (await readFile('/proc/self/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1]);
    const ours = mounts.filter((path) => path?.startsWith(`${this.#folder}/`)).reverse();
    for (const path of ours) if (path !== undefined) await execute('umount', ['--lazy', path]);
  }
}

function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null;
}

async function ended(child: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!isRunning(child)) return;
  const end = once(child, 'exit', { signal: AbortSignal.timeout(ENDS_WITHIN_MS) });
  child.kill(signal);
  await end;
}

function notThere(): undefined {
  return undefined;
}
