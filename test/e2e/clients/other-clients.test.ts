// Two more unmodified clients at the server: cua-sandbox by its HTTP transport, and @trycua/computer from npm.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { DesktopContainer, until } from '../../support/container.ts';
import { startPythonClient, type PythonClient } from '../../support/python-client.ts';
import type { SavedTrace } from '../../support/saved-trace.ts';

const LIMIT_MS = 20_000;
const NOTES = '/home/cua/notes.txt';
const IN_TEXT = { x: 300, y: 300 };
const PLACE_EDITOR = 'wmctrl -x -r mousepad -e 0,40,60,600,420 || echo no editor';

/** A desktop of a server with an editor on it, and its trace running. */
class Scene implements AsyncDisposable {
  readonly desktop: DesktopContainer;
  readonly api: string;
  readonly #test: TestComputer;

  private constructor(test: TestComputer, id: string, api: string) {
    this.#test = test;
    this.desktop = DesktopContainer.at(`deskreel-${id}`);
    this.api = api;
  }

  static async open(): Promise<Scene> {
    const test = await startComputer();
    const [{ id, links } = { id: '', links: { api: '' } }] = await test.server.desktops();
    const scene = new Scene(test, id, links.api);
    await scene.desktop.launch('mousepad', NOTES);
    await until(LIMIT_MS, () => scene.desktop.bash(PLACE_EDITOR));
    await test.tracing.start();
    return scene;
  }

  stopTrace(): Promise<SavedTrace> {
    return this.#test.stopTrace();
  }

  /** Waits until the editor's file holds the text. */
  async saved(text: string): Promise<void> {
    await until(LIMIT_MS, async () => {
      const found = await this.desktop.bash(`cat ${NOTES} 2>/dev/null || true`);
      return found === text ? '' : `the file holds ${JSON.stringify(found)}`;
    });
  }

  async windowAt(): Promise<{ x: number; y: number }> {
    const shown = await this.desktop.bash(
      'xdotool search --onlyvisible --class mousepad getwindowgeometry --shell',
    );
    const field = (name: string): number => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(shown)?.[1]);
    return { x: field('X'), y: field('Y') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#test[Symbol.asyncDispose]();
  }
}

describe('cua-sandbox at the server', () => {
  let scene: Scene;
  let client: PythonClient;
  before(async () => {
    scene = await Scene.open();
    const options = { name: 'desktop', http_url: scene.api, telemetry_enabled: false };
    client = await startPythonClient('sandbox', options);
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  it('looks at the screen', async () => {
    assert.deepEqual(await client.call('screen.size'), [1280, 800]);
    const jpeg = await sharp(await client.bytes('screen.screenshot', 'jpeg', 80)).metadata();
    assert.deepEqual([jpeg.format, jpeg.width, jpeg.height], ['jpeg', 1280, 800]);
    assert.equal(await client.call('get_environment'), 'linux');
    assert.match(JSON.stringify(await client.call('window.get_active_title')), /notes\.txt/);
  });

  it('works pointer and keyboard', async () => {
    const { desktop } = scene;
    await client.call('mouse.move', [700, 600]);
    assert.match(await desktop.bash('xdotool getmouselocation'), /x:700 y:600/);
    await client.call('mouse.click', [IN_TEXT.x, IN_TEXT.y]);
    await client.call('keyboard.type', ['from the sandbox ñ']);
    await client.call('keyboard.keypress', [['ctrl', 's']]);
    await scene.saved('from the sandbox ñ');
    // A middle click pastes what is selected: it is no left one.
    await desktop.bash('printf " pasted" | xclip -selection primary');
    await client.call('mouse.click', [600, 400], { button: 'middle' });
    await client.call('keyboard.keypress', [['ctrl', 's']]);
    await until(LIMIT_MS, () => desktop.bash(`grep -q pasted ${NOTES} || echo nothing pasted`));
    const from = await scene.windowAt();
    await client.call('mouse.drag', [340, 68, 390, 128]);
    await until(LIMIT_MS, async () => {
      const { x, y } = await scene.windowAt();
      return x - from.x === 50 && y - from.y === 60 ? '' : `moved by ${x - from.x}, ${y - from.y}`;
    });
  });

  it('scrolls at a place, by as much as it says', async () => {
    await client.call('keyboard.keypress', [['ctrl', 'a']]);
    await client.call('keyboard.type', [Array.from({ length: 60 }, (_, line) => `line ${line}`).join('\n')]);
    await client.call('keyboard.keypress', [['ctrl', 'home']]);
    const look = async (): Promise<string> => {
      const seen = await scene.desktop.screen();
      // As many columns as hold the lines' numbers.
      const columns = Array.from({ length: 30 }, (_, step) => 110 + 2 * step);
      return JSON.stringify(
        Array.from({ length: 200 }, (_, row) => columns.map((x) => seen.colourAt(x, 260 + row))),
      );
    };
    const top = await look();
    await client.call('mouse.scroll', [350, 400, 0, -5]);
    await until(LIMIT_MS, async () => ((await look()) === top ? 'not scrolled' : ''));
    assert.match(await scene.desktop.bash('xdotool getmouselocation'), /x:350 y:400/);
    await client.call('mouse.scroll', [350, 400, 0, 5]);
    await until(LIMIT_MS, async () => ((await look()) === top ? '' : 'not at the top again'));
  });

  it('works clipboard, files, programs and terminals', async () => {
    const { desktop } = scene;
    await client.call('clipboard.set', ['clipped']);
    assert.equal(await desktop.bash('xclip -selection clipboard -o'), 'clipped');
    assert.equal(await client.call('clipboard.get'), 'clipped');
    await client.call('files.write_text', ['/home/cua/a.txt', 'text ñ']);
    assert.equal(await desktop.bash('cat ~/a.txt'), 'text ñ');
    assert.equal(await client.call('files.read_text', ['/home/cua/a.txt']), 'text ñ');
    assert.equal(await client.call('files.exists', ['/home/cua/a.txt']), true);
    const ran = await client.call('shell.run', ['echo out; exit 4']);
    assert.deepEqual(ran, { stdout: 'out\n', stderr: '', returncode: 4 });
    await assert.rejects(client.call('shell.run', ['sleep 9', 1]), /timed out/);
    const { pid } = (await client.call('terminal.create', ['cat >~/sent'])) as { pid: number };
    // It sends what is typed as it is, where the protocol has base64.
    await client.call('terminal.send_input', [pid, 'typed raw\n']);
    await until(LIMIT_MS, () => desktop.bash('[[ $(cat ~/sent) == "typed raw" ]] || echo not there'));
    assert.equal(await client.call('terminal.close', [pid]), true);
    assert.equal(await client.call('terminal.info', [999_999]), null);
  });

  it('is recorded like anybody', async () => {
    const trace = await scene.stopTrace();
    const methods = new Set(trace.calls.map(({ method }) => method));
    for (const method of [
      'left_click',
      'type_text',
      'hotkey',
      'drag',
      'scroll',
      'set_clipboard',
      'write_text',
      'run_command',
      'pty_create',
      'pty_send',
      'pty_kill',
    ])
      // prettier-ignore
      assert.ok(methods.has(method), `${method} in ${[...methods].join(' ')}`);
  });
});

describe('@trycua/computer at the server', () => {
  it('does what it does on the desktop, and is recorded', async () => {
    process.env['CUA_TELEMETRY'] = 'off';
    const { Computer, OSType } = await import('@trycua/computer');
    await using scene = await Scene.open();
    const host = scene.api.replace('http://', '');
    class LocalComputer extends Computer {
      override get ip(): string {
        return host;
      }
    }
    const computer = new LocalComputer({ name: 'desktop', osType: OSType.LINUX, apiKey: '' });
    await computer.run();
    const work = computer.interface;
    const { desktop } = scene;

    assert.deepEqual(await work.getScreenSize(), { width: 1280, height: 800 });
    assert.equal((await sharp(await work.screenshot()).metadata()).width, 1280);
    await work.moveCursor(700, 600);
    assert.deepEqual(await work.getCursorPosition(), { x: 700, y: 600 });
    assert.match(await desktop.bash('xdotool getmouselocation'), /x:700 y:600/);
    await work.leftClick(IN_TEXT.x, IN_TEXT.y);
    await work.typeText('by npm ñ');
    await work.hotkey('ctrl', 's');
    await scene.saved('by npm ñ');
    const from = await scene.windowAt();
    await work.mouseDown(340, 68);
    await work.moveCursor(360, 90);
    await work.mouseUp(390, 128);
    await until(LIMIT_MS, async () => ((await scene.windowAt()).x - from.x === 50 ? '' : 'not moved'));
    await work.setClipboard('clipped');
    assert.equal(await desktop.bash('xclip -selection clipboard -o'), 'clipped');
    assert.equal(await work.copyToClipboard(), 'clipped');
    await work.writeText('/home/cua/b.txt', 'text ñ');
    assert.equal(await desktop.bash('cat ~/b.txt'), 'text ñ');
    const large = Buffer.alloc(6 * 1024 * 1024, 'deskreel ');
    await work.writeBytes('/home/cua/large', large);
    assert.ok(Buffer.from(await work.readBytes('/home/cua/large')).equals(large));
    assert.deepEqual(await work.runCommand('echo out'), ['out\n', '']);
    assert.deepEqual(await work.toScreenCoordinates(10, 20), [10, 20]);
    assert.match(JSON.stringify(await work.getAccessibilityTree()), /notes\.txt/);
    await assert.rejects(work.readText('/none'), /ENOENT/);
    await computer.stop();

    const trace = await scene.stopTrace();
    const input = new Set(['move_cursor', 'left_click', 'type_text', 'hotkey', 'mouse_down', 'mouse_up']);
    const actions = trace.calls.map(({ method }) => method).filter((method) => input.has(method));
    assert.deepEqual(actions, ['move_cursor', 'left_click', 'type_text', 'hotkey', 'mouse_down', 'move_cursor', 'mouse_up']); // prettier-ignore
  });
});
