// What the commands about the desktop itself do.
import assert from 'node:assert/strict';
import type { systemCommands } from '../../../protocol/commands/system.ts';
import type { EffectsOf } from './stage.ts';

/** Blue as no part of the desktop is, by a picture format that needs no tool. */
const PICTURE =
  "{ printf 'P6 64 40 255 '; for i in $(seq 2560); do printf '\\x10\\x20\\xf0'; done; } > ~/blue.ppm";

export const systemEffects: EffectsOf<keyof typeof systemCommands> = {
  version: async ({ desktop, shell }) => {
    const { package: version } = await desktop.version();
    assert.match(await shell.run('cat /opt/deskreel/package.json'), new RegExp(`"version": "${version}"`));
  },
  get_desktop_environment: async ({ desktop, shell }) => {
    assert.equal(
      (await desktop.getDesktopEnvironment()).toLowerCase(),
      await shell.run('echo "$DESKTOP_SESSION"'),
    );
  },
  set_wallpaper: async (stage) => {
    await stage.shell.run(PICTURE);
    await stage.desktop.setWallpaper('~/blue.ppm');
    await stage.desktop.waitFor({ settled: true });
    const { pixels, width } = await stage.picture();
    const corner = 3 * (790 * width + 1270);
    assert.equal(pixels.subarray(corner, corner + 3).toString('hex'), '1020f0');
    await assert.rejects(stage.desktop.setWallpaper('/etc/hostname'), { code: 'command_failed' });
    await assert.rejects(stage.desktop.setWallpaper('~/no such picture'), { code: 'command_failed' });
  },
  wait: async (stage) => {
    // What comes after it sees what came in the meantime.
    await stage.shell.run('rm -f ~/meanwhile; (sleep 0.3; touch ~/meanwhile) >/dev/null 2>&1 &');
    await stage.desktop.wait(1.5);
    assert.equal(await stage.shell.run('ls ~/meanwhile'), '/home/cua/meanwhile');
  },
  diorama_cmd: async ({ desktop, shell }) => {
    const before = await shell.run('wmctrl -l');
    await assert.rejects(desktop.dioramaCmd('get_windows'), { code: 'unsupported' });
    assert.equal(await shell.run('wmctrl -l'), before);
  },
};
