// What the commands on windows do, as the X server's own tools see it.
import assert from 'node:assert/strict';
import type { windowCommands } from '../../../protocol/commands/windows.ts';
import { eventually } from '../../support/server.ts';
import type { EffectsOf, Stage } from './stage.ts';

const EDITOR = 'xdotool search --class mousepad | tail -1';

/** The editor's window, by the agent. */
async function editor({ desktop }: Stage): Promise<number> {
  const [window] = await desktop.getApplicationWindows('mousepad');
  assert.ok(window);
  return window;
}

/** What a person sees of the window: with its frame of 5 pixels and its title bar of 29. */
async function seen(stage: Stage, window: number): Promise<number[]> {
  const geometry = await stage.shell.run(`xwininfo -id ${window}`);
  const number = (name: string): number => Number(new RegExp(`${name}: +(-?\\d+)`).exec(geometry)?.[1]);
  const frame = await stage.shell.run(`xprop -id ${window} _NET_FRAME_EXTENTS`);
  const [left, right, top, bottom] = frame.split('=').at(-1)?.split(',').map(Number) ?? [];
  assert.ok(left !== undefined && right !== undefined && top !== undefined && bottom !== undefined, frame);
  return [
    number('Absolute upper-left X') - left,
    number('Absolute upper-left Y') - top,
    number('Width') + left + right,
    number('Height') + top + bottom,
  ];
}

const looks: EffectsOf<Extract<keyof typeof windowCommands, `get_${string}`>> = {
  get_current_window_id: async (stage) => {
    await stage.edit();
    assert.equal(
      String(await stage.desktop.getCurrentWindowId()),
      await stage.shell.run('xdotool getactivewindow'),
    );
  },
  get_active_window_title: async (stage) => {
    await stage.edit();
    const title = await stage.shell.run('xdotool getactivewindow getwindowname');
    assert.equal(await stage.desktop.getActiveWindowTitle(), title);
  },
  get_active_window_bounds: async (stage) => {
    await stage.edit();
    const { x, y, width, height } = await stage.desktop.getActiveWindowBounds();
    assert.deepEqual([x, y, width, height], await seen(stage, await editor(stage)));
  },
  get_application_windows: async (stage) => {
    assert.deepEqual((await stage.desktop.getApplicationWindows('MOUSEPAD')).map(String), [
      await stage.shell.run(EDITOR),
    ]);
    assert.deepEqual(await stage.desktop.getApplicationWindows('no such program'), []);
  },
  get_window_name: async (stage) => {
    const window = await editor(stage);
    assert.equal(
      await stage.desktop.getWindowName(window),
      await stage.shell.run(`xdotool getwindowname ${window}`),
    );
    await assert.rejects(stage.desktop.getWindowName(4), { code: 'not_found' });
  },
  get_window_size: async (stage) => {
    const window = await editor(stage);
    const { width, height } = await stage.desktop.getWindowSize(window);
    assert.deepEqual([width, height], (await seen(stage, window)).slice(2));
  },
  get_window_position: async (stage) => {
    const window = await editor(stage);
    const { x, y } = await stage.desktop.getWindowPosition(window);
    assert.deepEqual([x, y], (await seen(stage, window)).slice(0, 2));
  },
};

const changes: EffectsOf<Exclude<keyof typeof windowCommands, `get_${string}`>> = {
  set_window_size: async (stage) => {
    const window = await editor(stage);
    await stage.desktop.setWindowSize(window, 444, 333);
    assert.deepEqual((await seen(stage, window)).slice(2), [444, 333]);
  },
  set_window_position: async (stage) => {
    const window = await editor(stage);
    await stage.desktop.setWindowPosition(window, 790, 70);
    assert.deepEqual((await seen(stage, window)).slice(0, 2), [790, 70]);
  },
  maximize_window: async (stage) => {
    const window = await editor(stage);
    await stage.desktop.maximizeWindow(window);
    assert.match(
      await stage.shell.run(`xprop -id ${window} _NET_WM_STATE`),
      /MAXIMIZED_HORZ.*MAXIMIZED_VERT|VERT.*HORZ/,
    );
    assert.equal((await seen(stage, window))[2], 1280);
    await stage.shell.run(`wmctrl -i -r ${window} -b remove,maximized_vert,maximized_horz`);
  },
  minimize_window: async (stage) => {
    const window = await editor(stage);
    await stage.desktop.minimizeWindow(window);
    assert.match(await stage.shell.run(`xwininfo -id ${window}`), /Map State: IsUnMapped/);
    await stage.shell.run(`xdotool windowactivate --sync ${window}`);
  },
  activate_window: async (stage) => {
    const window = await editor(stage);
    await stage.shell.run("xdotool search --onlyvisible --name '^probe' windowactivate --sync");
    await stage.desktop.activateWindow(window);
    assert.equal(await stage.shell.run('xdotool getactivewindow'), String(window));
  },
  close_window: async (stage) => {
    await stage.desktop.launch('xfce4-terminal', ['--title', 'to be closed']);
    const { windowId = 0 } = await stage.desktop.waitFor({ window: 'to be closed' });
    await stage.desktop.closeWindow(windowId);
    await eventually(async () => {
      assert.doesNotMatch(await stage.shell.run('wmctrl -l'), /to be closed/);
    }, 5_000);
  },
};

export const windowEffects: EffectsOf<keyof typeof windowCommands> = { ...looks, ...changes };
