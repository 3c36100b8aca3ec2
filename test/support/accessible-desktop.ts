// A desktop whose accessibility can be asked by the guest's code as it is in the checkout, and by pyatspi beside it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { FocusedElement, TreelessApplication } from '../../guest/accessibility/accessibility.ts';
import type { TreeNode, TreeReport } from '../../protocol/tree.ts';
import type { Question } from './accessibility-probe.ts';
import { IMAGE } from './image.ts';

const command = promisify(execFile);
const ROOT = new URL('../../', import.meta.url).pathname;
const SOURCES = '/opt/deskreel-test';
const WALKER = 'deskreel-test-pyatspi';
const WALKER_FILE = `FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3-pyatspi && rm -rf /var/lib/apt/lists/*
`;
const RUNTIME = '/run/user/1000';

/** An element as pyatspi sees it. */
export interface Truth {
  role: string;
  title: string;
  description: string;
  extents: [number, number, number, number] | null;
  states: string[];
  /** Null where pyatspi gets an error for an action that was listed. */
  actions: (string | null)[];
  value: string | number | null;
  children: Truth[];
}

export class AccessibleDesktop {
  readonly id: string;
  readonly #volume: string;
  #probe: ChildProcess | undefined;
  #answers = new Map<number, (line: { result: unknown; ms: number }) => void>();
  #asked = 0;

  private constructor(id: string, volume: string) {
    this.id = id;
    this.#volume = volume;
  }

  /** The volume is what pyatspi, in a container of its own, shares with the desktop: the buses' sockets. */
  static async start(): Promise<AccessibleDesktop> {
    const volume = `deskreel-test-${randomUUID()}`;
    const id = await docker(
      ...['run', '--detach', '--volume', `${volume}:${RUNTIME}`, '--shm-size', '256m'],
      ...['--security-opt', `seccomp=${ROOT}images/seccomp.json`, IMAGE],
    );
    const desktop = new AccessibleDesktop(id, volume);
    await docker('exec', '--user', 'root', id, 'mkdir', '-p', `${SOURCES}/test`);
    await docker('cp', `${ROOT}guest`, `${id}:${SOURCES}/guest`);
    await docker('cp', `${ROOT}protocol`, `${id}:${SOURCES}/protocol`);
    await docker('cp', `${ROOT}test/support`, `${id}:${SOURCES}/test/support`);
    const link = `rm -rf guest/node_modules; ln -s /opt/deskreel/node_modules .; cp /opt/deskreel/package.json .`;
    await docker('exec', '--user', 'root', '--workdir', SOURCES, id, 'sh', '-c', link);
    return desktop;
  }

  /** Makes pyatspi's image, once for a machine. */
  static async buildWalker(): Promise<void> {
    const build = spawn('docker', ['build', '--quiet', '--tag', WALKER, '-'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    build.stdin.end(WALKER_FILE);
    const status = await new Promise<number | null>((resolve) => build.on('exit', resolve));
    if (status !== 0) throw new Error(`the image of pyatspi could not be built: ${status}`);
  }

  tree(limits: Partial<Extract<Question, { ask: 'tree' }>['limits']> = {}): Promise<TreeReport> {
    const whole = { max_nodes: 20_000, max_depth: 100, timeout: 20, ...limits };
    return this.#ask({ ask: 'tree', limits: whole }) as Promise<TreeReport>;
  }

  focus(): Promise<FocusedElement | undefined> {
    return this.#ask({ ask: 'focus' }) as Promise<FocusedElement | undefined>;
  }

  status(): Promise<{ bus: boolean; reason?: string }> {
    return this.#ask({ ask: 'status' }) as Promise<{ bus: boolean; reason?: string }>;
  }

  treeless(): Promise<TreelessApplication[]> {
    return this.#ask({ ask: 'treeless' }) as Promise<TreelessApplication[]>;
  }

  /** The applications as pyatspi walks them. */
  async walk(...names: string[]): Promise<Truth[]> {
    const bus = `DBUS_SESSION_BUS_ADDRESS=unix:path=${RUNTIME}/bus`;
    const script = `${ROOT}test/support/pyatspi-walk.py:/walk.py:ro`;
    const printed = await docker(
      ...['run', '--rm', '--network', 'none', '--user', '1000', '--volume', `${this.#volume}:${RUNTIME}`],
      ...['--env', bus, '--env', `XDG_RUNTIME_DIR=${RUNTIME}`, '--volume', script],
      ...[WALKER, 'python3', '/walk.py', ...names.map((name) => name.toLowerCase())],
    );
    return JSON.parse(printed) as Truth[];
  }

  bash(script: string): Promise<string> {
    return docker('exec', this.id, 'bash', '-c', script);
  }

  async launch(...program: string[]): Promise<void> {
    await docker('exec', '--detach', this.id, ...program);
  }

  async click(node: TreeNode): Promise<void> {
    const { bounds } = node;
    if (!bounds) throw new Error(`"${node.title}" is not on the screen`);
    const x = Math.floor(bounds.x + bounds.width / 2);
    const y = Math.floor(bounds.y + bounds.height / 2);
    await this.bash(`xdotool mousemove ${x} ${y} click 1`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#probe?.stdin?.end();
    await docker('rm', '--force', this.id);
    await docker('volume', 'rm', '--force', this.#volume);
  }

  async #ask(question: Question): Promise<unknown> {
    const probe = (this.#probe ??= this.#startProbe());
    const id = (this.#asked += 1);
    const answer = new Promise<{ result: unknown; ms: number }>((resolve, reject) => {
      this.#answers.set(id, resolve);
      probe.once('exit', (status) => reject(new Error(`the probe ended with ${status}`)));
    });
    probe.stdin?.write(`${JSON.stringify({ id, ...question })}\n`);
    return (await answer).result;
  }

  #startProbe(): ChildProcess {
    const probe = spawn(
      'docker',
      ['exec', '--interactive', this.id, 'node', `${SOURCES}/test/support/accessibility-probe.ts`],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    probe.setMaxListeners(0);
    createInterface({ input: probe.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { id: number; result: unknown; ms: number };
      this.#answers.get(said.id)?.(said);
      this.#answers.delete(said.id);
    });
    return probe;
  }
}

/** The first node below that fits; throws where none does. */
export function findNode(root: TreeNode, fits: (node: TreeNode) => boolean, what: string): TreeNode {
  const nodes = [root];
  for (const node of nodes) {
    if (fits(node)) return node;
    nodes.push(...node.children);
  }
  throw new Error(`no ${what} in the tree`);
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await command('docker', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}
