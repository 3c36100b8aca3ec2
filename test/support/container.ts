// A container of the desktop image by itself, without a server: for tests of the image.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { IMAGE } from './image.ts';

const command = promisify(execFile);
const WHOLE_SCRIPT = new URL('./whole-desktop.sh', import.meta.url);
const SECCOMP_FILE = new URL('../../images/seccomp.json', import.meta.url);
const POLL_MS = 100;
/** What takes longer hangs: a test that fails says more than one that never ends. */
const LONGEST_MS = 180_000;
/** Writes the size of the screen, then its pixels: four bytes each, blue first. */
const SCREEN_SCRIPT = `
  const x11 = process.getBuiltinModule('module').createRequire('/opt/deskreel/package.json')('x11');
  x11.createClient((error, { client, screen: [{ root, pixel_width: width, pixel_height: height }] }) => {
    client.GetImage(2, root, 0, 0, width, height, 0xffffffff, (failure, image) => {
      const size = Buffer.alloc(8);
      size.writeUInt32LE(width, 0);
      size.writeUInt32LE(height, 4);
      process.stdout.write(Buffer.concat([size, image.data]), () => process.exit());
    });
  });`;

export interface Screen {
  width: number;
  height: number;
  /** 0xrrggbb */
  colourAt(x: number, y: number): number;
}

export class DesktopContainer {
  readonly id: string;

  private constructor(id: string) {
    this.id = id;
  }

  /** Starts one as the server does: no capabilities, no new privileges, the project's system calls. */
  static async start(
    env: Record<string, string> = {},
    ports: readonly number[] = [],
  ): Promise<DesktopContainer> {
    const published = ports.flatMap((port) => ['--publish', `127.0.0.1::${port}`]);
    const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const isolation = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    const seccomp = ['--security-opt', `seccomp=${SECCOMP_FILE.pathname}`];
    const id = await docker('run', '--detach', ...isolation, ...seccomp, ...published, ...variables, IMAGE);
    return new DesktopContainer(id);
  }

  /** One that somebody else started, by its id or name. */
  static at(id: string): DesktopContainer {
    return new DesktopContainer(id);
  }

  /** Where a published port is reached, such as `127.0.0.1:32768`. */
  address(port: number): Promise<string> {
    return docker('port', this.id, `${port}/tcp`);
  }

  /** Stops it as `docker stop` does; resolves with the exit code. */
  async stop(): Promise<number> {
    await docker('stop', this.id);
    return this.ended();
  }

  /** Runs a bash script inside and resolves with what it printed; rejects where it fails. */
  bash(script: string): Promise<string> {
    return docker('exec', this.id, 'bash', '-c', script);
  }

  /** Starts a program that stays. */
  async launch(...program: string[]): Promise<void> {
    await docker('exec', '--detach', this.id, ...program);
  }

  /** What the X server shows now. */
  async screen(): Promise<Screen> {
    const read = ['exec', this.id, 'node', '--eval', SCREEN_SCRIPT];
    const { stdout } = await command('docker', read, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
    const [width, height] = [stdout.readUInt32LE(0), stdout.readUInt32LE(4)];
    return { width, height, colourAt: (x, y) => stdout.readUIntLE(8 + 4 * (y * width + x), 3) };
  }

  /**
   * What the container takes, over about a second. Memory is that of its processes and what they share: who reads the
   * image's files first is charged for the cache of them too, which the kernel takes back when it is wanted.
   */
  async cost(): Promise<{ memoryMib: number; processorPercent: number }> {
    const processor = await docker('stats', '--no-stream', '--format', '{{.CPUPerc}}', this.id);
    const said = await this.bash(
      'cat /sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat 2>/dev/null; true',
    );
    // `anon` in version 2 of control groups, `rss` in version 1.
    const bytes = [/^(?:anon|rss) (\d+)$/m, /^shmem (\d+)$/m].map((field) => Number(field.exec(said)?.[1]));
    const memoryMib = bytes.reduce((sum, part) => sum + part) / 1024 ** 2;
    return { memoryMib, processorPercent: Number.parseFloat(processor) };
  }

  inspect(format: string): Promise<string> {
    return docker('inspect', '--format', format, this.id);
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await command('docker', ['logs', this.id]);
    return stdout + stderr;
  }

  /** Resolves with the exit code, once the container has ended. */
  async ended(): Promise<number> {
    return Number(await docker('wait', this.id));
  }

  /** What is not whole, as text for people; empty when all is well. */
  async gaps(): Promise<string> {
    return this.bash(await readFile(WHOLE_SCRIPT, 'utf8'));
  }

  async whole(limitMs: number): Promise<void> {
    await until(limitMs, () => this.gaps());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker('rm', '--force', this.id);
  }
}

/** Asks again until `missing` answers with an empty text; rejects with its last answer. */
export async function until(limitMs: number, missing: () => Promise<string>): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const text = await missing();
    if (text === '') return;
    if (performance.now() > deadline) throw new Error(`still so after ${limitMs} ms: ${text}`);
    await pause(POLL_MS);
  }
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await command('docker', args, { timeout: LONGEST_MS });
  return stdout.trim();
}
