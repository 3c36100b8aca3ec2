// What the commands that look at the screen show, beside what the X server itself shows.
import assert from 'node:assert/strict';
import type { screenCommands } from '../../../protocol/commands/screen.ts';
import { decodePicture, type Picture } from '../../support/picture.ts';
import type { EffectsOf } from './stage.ts';

function pixel(picture: Picture, x: number, y: number): string {
  return picture.pixels
    .subarray(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 3)
    .toString('hex');
}

export const screenEffects: EffectsOf<keyof typeof screenCommands> = {
  screenshot: async (stage) => {
    const before = await stage.picture();
    assert.deepEqual([before.width, before.height], [1280, 800]);
    await stage.edit('words that were not there before');
    await stage.desktop.waitFor({ settled: true });
    const after = await stage.picture();
    assert.notDeepEqual(after.pixels, before.pixels);
    // Beyond what there is, the best and the worst: clients of Cua's server send these.
    const [best, worst] = await Promise.all(
      [100, 0].map((quality) => stage.desktop.screenshot({ format: 'jpeg', quality })),
    );
    assert.ok((best?.length ?? 0) > (worst?.length ?? 0));
    const jpeg = await stage.desktop.screenshot({ format: 'jpeg', quality: 50 });
    assert.equal(jpeg.subarray(0, 3).toString('hex'), 'ffd8ff');
  },
  zoom: async (stage) => {
    await stage.desktop.waitFor({ settled: true });
    const whole = await stage.picture();
    const part = await decodePicture(await stage.desktop.zoom([100, 50, 400, 250]));
    assert.deepEqual([part.width, part.height], [300, 200]);
    for (const [x, y] of [
      [0, 0],
      [299, 199],
      [150, 100],
    ] as const)
      // prettier-ignore
      assert.equal(pixel(part, x, y), pixel(whole, 100 + x, 50 + y));
  },
  to_screen_coordinates: async ({ desktop, shell }) => {
    const place = await desktop.toScreenCoordinates(640, 401);
    await desktop.moveCursor(...place);
    assert.match(await shell.run('xdotool getmouselocation'), /^x:640 y:401 /);
  },
  to_screenshot_coordinates: async ({ desktop, shell }) => {
    await shell.run('xdotool mousemove 321 654');
    const { x, y } = await desktop.getCursorPosition();
    assert.deepEqual(await desktop.toScreenshotCoordinates(x, y), [321, 654]);
  },
  get_screen_size: async ({ desktop, shell }) => {
    const { width, height } = await desktop.getScreenSize();
    assert.equal(await shell.run('xdotool getdisplaygeometry'), `${width} ${height}`);
  },
  get_cursor_position: async ({ desktop, shell }) => {
    await shell.run('xdotool mousemove 77 88');
    assert.deepEqual(await desktop.getCursorPosition(), { x: 77, y: 88 });
  },
};
