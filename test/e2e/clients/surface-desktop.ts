// What cua-computer can do with the desktop itself and with the size of windows, done by the unmodified client and looked at.
import assert from 'node:assert/strict';
import type { DesktopContainer } from '../../support/container.ts';
import { until } from '../../support/container.ts';
import type { PythonClient } from '../../support/python-client.ts';

const LIMIT_MS = 20_000;
/** Blue as no part of the desktop is, by a picture format that needs no tool. */
const BLUE = 0x1020f0;
const PICTURE =
  "{ printf 'P6 64 40 255 '; for i in $(seq 2560); do printf '\\x10\\x20\\xf0'; done; } >~/blue.ppm";

/** The editor's window stands where it stood when this is done. */
export async function desktopItself(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  assert.equal(
    await client.call('interface.get_desktop_environment'),
    await desktop.bash('echo $DESKTOP_SESSION'),
  );
  await wallpaper(client, desktop);
  await opens(client, desktop);
  await maximizes(client, desktop);
  await coordinates(client, desktop);
}

async function wallpaper(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await desktop.bash(PICTURE);
  await client.call('interface.set_wallpaper', ['~/blue.ppm']);
  await until(LIMIT_MS, async () => {
    const seen = await desktop.screen();
    const colour = seen.colourAt(seen.width - 5, seen.height - 5);
    return colour === BLUE ? '' : `the corner is ${colour.toString(16)}`;
  });
  await assert.rejects(client.call('interface.set_wallpaper', ['/none.png']), /none\.png/);
}

/** A folder by the file manager, and an address by the browser. */
async function opens(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  await desktop.bash("mkdir -p ~/opened; echo '<title>addressed</title>' >~/opened/page.html");
  for (const [target, title] of [
    ['~/opened', 'opened - Thunar'],
    ['file:///home/cua/opened/page.html', 'addressed'],
  ] as const) {
    await client.call('interface.open', [target]);
    await until(LIMIT_MS, () => desktop.bash(`wmctrl -l | grep -q '${title}' || echo 'no ${title}'`));
    const [window] = (await client.call('interface.get_application_windows', [title])) as number[];
    await client.call('interface.close_window', [window]);
    await until(LIMIT_MS, () =>
      desktop.bash(`wmctrl -l | grep -q '${title}' && echo 'still ${title}' || true`),
    );
  }
  await assert.rejects(client.call('interface.open', ['/none']), /none/);
}

/** The editor fills the screen beside the panel, and is as before. */
async function maximizes(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  const [id] = (await client.call('interface.get_application_windows', ['notes.txt'])) as number[];
  assert.ok(id !== undefined);
  await client.call('interface.activate_window', [id]);
  assert.equal(
    await client.call('interface.get_window_title', [id]),
    await desktop.bash(`xdotool getwindowname ${id}`),
  );
  const bounds = (): Promise<Record<'x' | 'y' | 'width' | 'height', number>> =>
    client.call('interface.get_active_window_bounds') as ReturnType<typeof bounds>;
  const before = await bounds();
  const [x, y] = (await client.call('interface.get_window_position', [id])) as number[];
  const [width, height] = (await client.call('interface.window_size', [id])) as number[];
  assert.deepEqual({ x, y, width, height }, before);
  const state = `xprop -id ${id} _NET_WM_STATE`;
  await client.call('interface.maximize_window', [id]);
  await until(LIMIT_MS, () => desktop.bash(`${state} | grep -q MAXIMIZED_VERT || echo not maximized`));
  const screen = await desktop.screen();
  const { width: wide } = await bounds();
  assert.equal(wide, screen.width);
  await desktop.bash(`wmctrl -i -r ${id} -b remove,maximized_vert,maximized_horz`);
  await until(LIMIT_MS, async () => {
    const now = await bounds();
    return JSON.stringify(now) === JSON.stringify(before) ? '' : `it is at ${JSON.stringify(now)}`;
  });
}

/** The client asks for what it needs and computes; then its own logger raises, whatever server it talks to. */
async function coordinates(client: PythonClient, desktop: DesktopContainer): Promise<void> {
  for (const method of ['to_screen_coordinates', 'to_screenshot_coordinates'])
    await assert.rejects(client.call(`interface.${method}`, [10, 20]), /debug\(\) takes/);
  // It is none the worse for it.
  const { width, height } = await desktop.screen();
  assert.deepEqual(await client.call('interface.get_screen_size'), { width, height });
}
