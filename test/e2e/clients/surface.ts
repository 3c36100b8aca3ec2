// What cua-computer can do, done by the unmodified client, and looked at on the desktop itself.
import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { DesktopContainer } from '../../support/container.ts';
import { until } from '../../support/container.ts';
import type { PythonClient } from '../../support/python-client.ts';
import { desktopItself } from './surface-desktop.ts';

const LIMIT_MS = 20_000;
const NOTES = '/home/cua/notes.txt';
/** The editor's window, and a place in its text. */
const WINDOW = { x: 40, y: 60, width: 600, height: 420 };
const IN_TEXT = { x: 300, y: 300 };

/** A client at work, and the desktop that it works on. */
export interface Work {
  readonly client: PythonClient;
  readonly desktop: DesktopContainer;
}

export async function works({ client, desktop }: Work): Promise<void> {
  await screen(client, desktop);
  await programs(client, desktop);
  await keyboard(client, desktop);
  await pointer(client, desktop);
  await windows(client, desktop);
  await clipboard(client, desktop);
  await files(client, desktop);
  await browser(client, desktop);
  await desktopItself(client, desktop);
}

async function screen(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const seen = await desktop.screen();
  const size = { width: seen.width, height: seen.height };
  assert.deepEqual(await client.call('interface.get_screen_size'), size);
  const { data, info } = await sharp(await client.bytes('interface.screenshot'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual({ width: info.width, height: info.height }, size);
  const at = (x: number, y: number): number => data.readUIntBE(3 * (y * info.width + x), 3);
  for (const [x, y] of [[10, 10], [500, 15], [500, 600]] as const) assert.equal(at(x, y), seen.colourAt(x, y)); // prettier-ignore
}

/** Opens the editor on an empty file, at a known place. */
async function programs(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const ran = await client.call('interface.run_command', ['echo out; echo err >&2; exit 3']);
  assert.deepEqual(ran, { stdout: 'out\n', stderr: 'err\n', returncode: 3 });
  await desktop.bash(`: >${NOTES}`);
  const pid = await client.call('interface.launch', ['mousepad', [NOTES]]);
  const { x, y, width, height } = WINDOW;
  await until(LIMIT_MS, () =>
    desktop.bash(`wmctrl -x -r mousepad -e 0,${x},${y},${width},${height} || echo no editor`),
  );
  assert.match(await desktop.bash(`ps -o comm= -p ${Number(pid)}`), /mousepad/);
  await until(LIMIT_MS, async () => {
    const tree = JSON.stringify(await client.call('interface.get_accessibility_tree'));
    return tree.includes('notes.txt') ? '' : 'the tree has no notes.txt';
  });
}

async function keyboard(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await client.call('interface.left_click', [IN_TEXT.x, IN_TEXT.y]);
  await client.call('interface.type_text', ['Hello, Wörld! 漢字 ＠﹐']);
  await client.call('interface.press', ['enter']);
  for (const key of ['a', 'b', 'c']) await client.call('interface.press_key', [key]);
  await client.call('interface.press', ['left']);
  // The names that Cua's own server does not know.
  await client.call('interface.press', ['delete']);
  await client.call('interface.key_down', ['shift']);
  await client.call('interface.press', ['left']);
  await client.call('interface.key_up', ['shift']);
  await client.call('interface.type_text', ['X']);
  await holds({ client, desktop }, 'Hello, Wörld! 漢字 ＠﹐\naX');
}

async function pointer(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await client.call('interface.move_cursor', [700, 500]);
  assert.deepEqual(await client.call('interface.get_cursor_position'), { x: 700, y: 500 });
  assert.match(await desktop.bash('xdotool getmouselocation'), /x:700 y:500/);
  await retype(client, 'one two three');
  const word = await caretOf(client);
  await client.call('interface.double_click', [word.x, word.y]);
  await client.call('interface.type_text', ['1']);
  await holds({ client, desktop }, '1 two three');
  await menuOpens(client, desktop);
  await windowsMove(client, desktop);
  await scrolls(client, desktop);
}

/** The middle of the first word, where the tree says that the text is. */
async function caretOf(client: PythonClient): Promise<{ x: number; y: number }> {
  const { tree } = (await client.call('interface.get_accessibility_tree')) as { tree: Node };
  const text = nodes(tree).find(({ role, states }) => role === 'text' && states.includes('focused'));
  assert.ok(text?.bounds, 'the editor has the focus');
  return { x: text.bounds.x + 14, y: text.bounds.y + 10 };
}

interface Node {
  role: string;
  states: string[];
  bounds?: { x: number; y: number; width: number; height: number };
  children: Node[];
}

function nodes(node: Node): Node[] {
  return [node, ...node.children.flatMap(nodes)];
}

async function menuOpens(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const popups = 'xdotool search --onlyvisible --name "^mousepad$" 2>/dev/null | wc -l';
  const before = await desktop.bash(popups);
  await client.call('interface.right_click', [IN_TEXT.x, IN_TEXT.y]);
  await until(LIMIT_MS, async () => ((await desktop.bash(popups)) === before ? 'no menu' : ''));
  await client.call('interface.press', ['esc']);
  await until(LIMIT_MS, async () => ((await desktop.bash(popups)) === before ? '' : 'still a menu'));
}

/** By its title bar: with a drag, with a drag from where the pointer is, and by three commands over three connections. */
async function windowsMove(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const title = { x: WINDOW.x + 300, y: WINDOW.y + 8 };
  const from = await placeOf(desktop);
  const moved = async (dx: number, dy: number): Promise<void> =>
    until(LIMIT_MS, async () => {
      const to = await placeOf(desktop);
      const by = [to.x - from.x, to.y - from.y];
      return by[0] === dx && by[1] === dy ? '' : `moved by ${by.join(', ')}`;
    });
  await client.call('interface.drag', [[[title.x, title.y], [title.x + 50, title.y + 60], [title.x + 100, title.y + 120]]]); // prettier-ignore
  await moved(100, 120);
  await client.call('interface.move_cursor', [title.x + 100, title.y + 120]);
  await client.call('interface.drag_to', [title.x + 200, title.y + 120]);
  await moved(200, 120);
  await client.call('interface.mouse_down', [title.x + 200, title.y + 120]);
  await client.call('interface.move_cursor', [title.x + 100, title.y + 60]);
  await client.call('interface.mouse_up', [title.x, title.y]);
  await moved(0, 0);
}

async function placeOf(desktop: DesktopContainer): Promise<{ x: number; y: number }> {
  const geometry = await desktop.bash(
    'xdotool search --onlyvisible --class mousepad getwindowgeometry --shell',
  );
  const field = (name: string): number => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(geometry)?.[1]);
  return { x: field('X'), y: field('Y') };
}

async function scrolls(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await retype(client, Array.from({ length: 60 }, (_, line) => `line ${line}`).join('\n'));
  await client.call('interface.hotkey', ['ctrl', 'home']);
  await client.call('interface.move_cursor', [IN_TEXT.x, IN_TEXT.y]);
  const top = await lookAtText(desktop);
  for (const [method, ...args] of [
    ['scroll_down', 5],
    ['scroll_up', 5],
    ['scroll', 0, -5],
    ['scroll', 0, 5],
  ] as const) {
    // prettier-ignore
    await client.call(`interface.${method}`, args);
    const down = method === 'scroll_down' || args[1] === -5;
    await until(LIMIT_MS, async () => ((await lookAtText(desktop)) === top) === down ? `${method} did nothing` : ''); // prettier-ignore
  }
}

/** A column of pixels through the lines of text. */
async function lookAtText(desktop: DesktopContainer): Promise<string> {
  const seen = await desktop.screen();
  const at = Array.from({ length: 200 }, (_, step) => [70, 74, 78].map((x) => seen.colourAt(x, 200 + step)));
  return JSON.stringify(at);
}

/** Moves and sizes the editor's window, puts it away and back; it is where it was when this is done. */
async function windows(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const [id] = (await client.call('interface.get_application_windows', ['notes.txt'])) as number[];
  assert.ok(id !== undefined);
  assert.equal(await client.call('interface.get_current_window_id'), id);
  const name = await desktop.bash(`xdotool getwindowname ${id}`);
  assert.equal(await client.call('interface.get_window_name', [id]), name);
  const place = await client.call('interface.get_window_position', [id]);
  const size = (await client.call('interface.get_window_size', [id])) as number[];
  const shown = (): Promise<string> => desktop.bash(`xdotool getwindowgeometry ${id} | grep Geometry`);
  const before = await shown();
  await client.call('interface.set_window_size', [id, 500, 300]);
  await until(LIMIT_MS, async () => ((await shown()) === before ? 'not sized' : ''));
  await client.call('interface.set_window_size', [id, ...size]);
  await until(LIMIT_MS, async () =>
    (await shown()) === before ? '' : `${await shown()}, not ${before.trim()}`,
  );
  const from = await placeOf(desktop);
  await client.call('interface.set_window_position', [id, 200, 150]);
  await until(LIMIT_MS, async () => ((await placeOf(desktop)).x === from.x ? 'not moved' : ''));
  await client.call('interface.set_window_position', [id, ...(place as number[])]);
  await until(LIMIT_MS, async () => ((await placeOf(desktop)).x === from.x ? '' : 'not back'));
  const hidden = `xprop -id ${id} _NET_WM_STATE | grep -q HIDDEN`;
  await client.call('interface.minimize_window', [id]);
  await until(LIMIT_MS, () => desktop.bash(`${hidden} || echo still there`));
  await client.call('interface.activate_window', [id]);
  await until(LIMIT_MS, () => desktop.bash(`${hidden} && echo still away || true`));
}

async function clipboard(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await client.call('interface.set_clipboard', ['clipped ñ']);
  assert.equal(await desktop.bash('xclip -selection clipboard -o'), 'clipped ñ');
  assert.equal(await client.call('interface.copy_to_clipboard'), 'clipped ñ');
}

async function files(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await client.call('interface.create_dir', ['~/work/deep']);
  await client.call('interface.write_text', ['~/work/a.txt', 'line ñ\n']);
  assert.equal(await desktop.bash('cat ~/work/a.txt'), 'line ñ');
  assert.equal(await client.call('interface.read_text', ['~/work/a.txt']), 'line ñ\n');
  await client.call('interface.write_text', ['~/work/a.txt', 'more\n', 'utf-8', true]);
  assert.equal(await desktop.bash('cat ~/work/a.txt'), 'line ñ\nmore');
  assert.equal((await client.bytes('interface.read_bytes', '~/work/a.txt', 8, 3)).toString(), 'mor');
  // Above five megabytes the client sends and reads in parts.
  const large = Buffer.alloc(6 * 1024 * 1024, 'deskreel ');
  await client.call('interface.write_bytes', ['~/work/large', { base64: large.toString('base64') }]);
  assert.equal(await desktop.bash('stat -c %s ~/work/large'), String(large.length));
  assert.ok((await client.bytes('interface.read_bytes', '~/work/large')).equals(large));
  assert.equal(await client.call('interface.get_file_size', ['~/work/large']), large.length);
  assert.deepEqual(await client.call('interface.list_dir', ['~/work']), ['a.txt', 'deep', 'large']);
  assert.equal(await client.call('interface.file_exists', ['~/work/a.txt']), true);
  assert.equal(await client.call('interface.directory_exists', ['~/work/deep']), true);
  await client.call('interface.delete_file', ['~/work/large']);
  await client.call('interface.delete_dir', ['~/work/deep']);
  assert.equal(await desktop.bash('ls ~/work'), 'a.txt');
  await assert.rejects(client.call('interface.read_text', ['/none']), /ENOENT/);
}

/** A page in the desktop's own browser, whose window is closed behind it. */
async function browser(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const url = 'data:text/html,<title>driven</title>';
  const exec = 'interface.playwright_exec';
  assert.deepEqual(await client.call(exec, ['visit_url', { url }]), { success: true, url });
  const window = "xdotool search --onlyvisible --name '^driven' 2>/dev/null | tail -1";
  await until(LIMIT_MS, async () => ((await desktop.bash(window)) === '' ? 'no such page' : ''));
  const failed = (await client.call(exec, ['visit_url', {}])) as { success: boolean; error: string };
  assert.equal(failed.success, false);
  assert.match(failed.error, /url/);
  await client.call('interface.close_window', [Number(await desktop.bash(window))]);
  await until(LIMIT_MS, async () => ((await desktop.bash(window)) === '' ? '' : 'still there'));
}

/** The editor, as `works` left it, holds nothing, and no selection either. */
export async function editorIsEmpty(work: Work): Promise<void> {
  await retype(work.client, ' ');
  await work.client.call('interface.press', ['backspace']);
  await holds(work, '');
}

/** All of the editor's text, anew. */
async function retype(client: PythonClient, text: string): Promise<void> {
  await client.call('interface.left_click', [IN_TEXT.x, IN_TEXT.y]);
  await client.call('interface.hotkey', ['ctrl', 'a']);
  await client.call('interface.type_text', [text]);
}

/** Saves, and waits until the file holds what the editor is to hold. */
export async function holds({ client, desktop }: Work, text: string): Promise<void> {
  await client.call('interface.hotkey', ['ctrl', 's']);
  await until(LIMIT_MS, async () => {
    const found = await desktop.bash(`cat ${NOTES}`);
    return found === text ? '' : `the file holds ${JSON.stringify(found)}`;
  });
}
