// A desktop of the built image with this checkout's hands in it, driven over a pipe.
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';
import { DesktopContainer, until } from '../support/container.ts';
import type { HandsReply, HandsRequest, KeyboardLock } from './hands-inside.ts';

const command = promisify(execFile);
const INSIDE = '/tmp/checkout';
const ROOT = new URL('../../', import.meta.url).pathname;

export class HandsDesktop {
  readonly container: DesktopContainer;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(container: DesktopContainer, process: ChildProcessWithoutNullStreams) {
    this.container = container;
    this.#process = process;
    this.#reader = createInterface({ input: process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  static async start(): Promise<HandsDesktop> {
    const container = await DesktopContainer.start();
    await container.whole(60_000);
    await container.bash(
      `mkdir -p ${INSIDE}/test && ln -s /opt/deskreel/node_modules ${INSIDE}/node_modules`,
    );
    await container.bash(`echo '{"type":"module"}' >${INSIDE}/package.json`);
    for (const part of ['guest', 'protocol', 'test/integration']) {
      await command('docker', ['cp', `${ROOT}${part}`, `${container.id}:${INSIDE}/${part}`]);
    }
    const driver = `${INSIDE}/test/integration/hands-inside.ts`;
    const process = spawn('docker', ['exec', '--interactive', container.id, 'node', driver]);
    process.stderr.on('data', (text: Buffer) => console.error(text.toString()));
    return new HandsDesktop(container, process);
  }

  /** Runs a command and gives its reply, errors included. */
  async ask(name: string, params: object = {}, cancelAfter?: number): Promise<HandsReply> {
    const request: HandsRequest = {
      command: name,
      params,
      ...(cancelAfter !== undefined && { cancelAfter }),
    };
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`the driver ended during ${name}`);
    return JSON.parse(line.value) as HandsReply;
  }

  /** Runs a command that must succeed. */
  async run(name: string, params: object = {}): Promise<HandsReply> {
    const reply = await this.ask(name, params);
    if (reply.error) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
    return reply;
  }

  hotkey(...keys: string[]): Promise<HandsReply> {
    return this.run('hotkey', { keys });
  }

  /** Starts a program and waits until its window is there and has the focus. */
  async open(windowClass: string, ...program: string[]): Promise<void> {
    await this.container.launch(...program);
    await until(30_000, () => this.focus(windowClass));
  }

  /** Gives a window the focus; says what is missing where it has none yet. */
  async focus(windowClass: string): Promise<string> {
    return this.container.bash(
      `window=$(xdotool search --onlyvisible --class '${windowClass}' | tail -1)
       [[ $window ]] || { echo 'no window ${windowClass}'; exit; }
       xdotool windowactivate "$window" 2>/dev/null
       [[ $(xdotool getactivewindow 2>/dev/null) == "$window" ]] || echo '${windowClass} is not active'`,
    );
  }

  /** What the program that has the focus puts on the clipboard for "all of it". */
  async copyAll(): Promise<string> {
    await this.container.bash('echo -n NOTHING | xclip -selection clipboard -in >/dev/null 2>&1');
    await this.hotkey('ctrl', 'a');
    await this.hotkey('ctrl', 'c');
    let text = '';
    await until(5000, async () => {
      text = await this.readBytes('timeout 2 xclip -selection clipboard -out');
      return text === 'NOTHING' ? 'nothing was copied' : '';
    });
    return text;
  }

  readFile(path: string): Promise<string> {
    return this.readBytes(`cat '${path}'`);
  }

  /** What a script prints, to the last line end. */
  async readBytes(script: string): Promise<string> {
    return Buffer.from(await this.container.bash(`{ ${script}; } | base64`), 'base64').toString('utf8');
  }

  /** Sets the layouts; `group` 1 makes the second of them the active one. */
  async layout(names: string, state: Partial<KeyboardLock> = {}): Promise<void> {
    await this.container.bash(`setxkbmap -layout '${names}'`);
    await this.run('lock', { group: 0, capsLock: false, ...state });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    this.#process.kill();
    this.#reader.close();
    await this.container[Symbol.asyncDispose]();
  }
}

/** Characters that are not as they should be, missing and extra ones included. */
export function wrongCharacters(wanted: string, got: string): number {
  const [a, b] = [Array.from(wanted), Array.from(got)];
  return a.filter((character, index) => character !== b[index]).length + Math.max(0, b.length - a.length);
}
