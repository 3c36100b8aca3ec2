// What the command that works the desktop's own browser does, as its window, its process and the screen show it.
import assert from 'node:assert/strict';
import type { browserCommands } from '../../../protocol/commands/browser.ts';
import { decodePicture } from '../../support/picture.ts';
import { eventually } from '../../support/server.ts';
import type { EffectsOf, Stage } from './stage.ts';

const LIMIT_MS = 20_000;
/** A field that writes what it holds into the window's title, at a known place. */
const PAGE = `<title>driven</title><body style="margin:0;background:#00ff00;height:5000px">
  <input style="position:fixed;left:100px;top:100px;width:300px" oninput="document.title='driven '+value">
  <script>onscroll=()=>document.title='driven down '+scrollY</script>`;
const IN_FIELD = { x: 150, y: 110 };
const IN_PAGE = { x: 50, y: 300 };

const urlOf = (page: string): string => `data:text/html,${encodeURIComponent(page)}`;

function titled({ shell }: Stage, title: string): Promise<void> {
  return eventually(async () => {
    assert.equal(await shell.run('xdotool getactivewindow getwindowname'), `${title} - Chromium`);
  }, LIMIT_MS);
}

export const browserEffects: EffectsOf<keyof typeof browserCommands> = {
  playwright_exec: async (stage) => {
    const { desktop, shell } = stage;
    await stage.edit();
    const { url } = await desktop.playwrightExec('visit_url', { url: urlOf(PAGE) });
    assert.equal(url, urlOf(PAGE));
    await titled(stage, 'driven');
    await desktop.playwrightExec('click', IN_FIELD);
    // The window of another program is in front; the page gets what is typed all the same.
    await stage.edit('editor');
    await desktop.playwrightExec('type', { text: 'Größe 7 漢' });
    await titled(stage, 'driven Größe 7 漢');
    const { elements } = await desktop.findElement({ value: 'Größe 7 漢' });
    assert.equal(elements.length, 1, 'the tree shows the field');
    const { screenshot = Buffer.alloc(0) } = await desktop.playwrightExec('screenshot');
    const { width, pixels } = await decodePicture(screenshot);
    assert.equal(pixels.readUIntBE(3 * (IN_PAGE.y * width + IN_PAGE.x), 3), 0x00ff00);
    await desktop.playwrightExec('scroll', { delta_y: 300 });
    await titled(stage, 'driven down 300');
    await desktop.playwrightExec('visit_url', { url: urlOf('<title>second</title>') });
    await titled(stage, 'second');
    await desktop.playwrightExec('go_back');
    await titled(stage, 'driven down 300');
    await desktop.playwrightExec('go_forward');
    await titled(stage, 'second');
    await assert.rejects(desktop.playwrightExec('visit_url', { url: 'http://127.0.0.1:1/' }), /ERR_/);
    const browser = await shell.run(`xdotool getactivewindow getwindowpid`);
    assert.doesNotMatch(await shell.run(`ps -o args= -p ${browser}`), /--no-sandbox|--enable-automation/);
    // Killed, it is started anew.
    await shell.run(`kill -9 ${browser}`);
    await eventually(async () => {
      await desktop.playwrightExec('visit_url', { url: urlOf('<title>third</title>') });
    }, LIMIT_MS);
    await titled(stage, 'third');
  },
};
