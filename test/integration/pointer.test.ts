// The pointer and single keys on a real desktop: what a program and the X server see of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/container.ts';
import { HandsDesktop } from './hands-desktop.ts';

const CENTRE = { x: 640, y: 400 };

describe('pointer and keys', { timeout: 240_000 }, () => {
  let desktop: HandsDesktop;

  before(async () => {
    desktop = await HandsDesktop.start();
  });
  after(() => desktop[Symbol.asyncDispose]());

  const pointer = (): Promise<string> => desktop.container.bash('xdotool getmouselocation | cut -d" " -f1,2');
  const clipboardOrNothing = (): Promise<string> =>
    desktop.readBytes('timeout 2 xclip -selection primary -out');

  it('work by nut.js here', async () => {
    const { result } = await desktop.run('status');
    assert.deepEqual(result, { features: ['pointer:nut', 'typing:exact'], gaps: [] });
  });

  it('go where they are told, and refuse places outside of the screen', async () => {
    await desktop.run('move_cursor', { x: 321, y: 123.4 });
    assert.equal(await pointer(), 'x:321 y:123');
    const { error } = await desktop.ask('left_click', { x: 5000, y: 10 });
    assert.equal(error?.code, 'out_of_screen');
    assert.equal(error.message, 'x=5000, y=10 is outside the 1280x800 screen');
    assert.equal(await pointer(), 'x:321 y:123');
  });

  it('click in about a millisecond', async (test) => {
    const times: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      times.push((await desktop.run('left_click', { x: 5 + (count % 3), y: 700 })).ms);
    }
    times.sort((a, b) => a - b);
    test.diagnostic(`p50 ${times[100]} ms, p99 ${times[198]} ms`);
    assert.ok((times[100] ?? Infinity) < 5, `p50 ${times[100]}`);
  });

  describe('in an editor', () => {
    before(async () => {
      await desktop.open('mousepad', 'mousepad');
      await desktop.container.bash(
        'xdotool getactivewindow windowmove 100 100 && xdotool getactivewindow windowsize 700 500',
      );
      await desktop.run('type_text', { text: 'alpha beta gamma\n'.repeat(200) });
      await desktop.hotkey('ctrl', 'Home');
    });

    /** In the first line of the text. */
    const word = { x: 160, y: 190 };

    it('a double click takes a word, a triple click a line', async () => {
      await desktop.run('double_click', word);
      await until(3000, async () => (/^\w+$/.test(await clipboardOrNothing()) ? '' : 'no word is selected'));
      await desktop.run('triple_click', { x: word.x, y: word.y + 60 });
      await until(3000, async () =>
        (await clipboardOrNothing()).trim() === 'alpha beta gamma' ? '' : 'no line is selected',
      );
    });

    it('a drag selects from its first point to its last, over the given time', async () => {
      const path = [[110, 190], [300, 190], [300, 250]]; // prettier-ignore
      const { ms } = await desktop.run('drag', { path, duration: 0.4 });
      assert.ok(ms >= 395 && ms < 2000, `${ms} ms`);
      await until(3000, async () =>
        (await clipboardOrNothing()).split('\n').length > 2 ? '' : 'the lines are not selected',
      );
    });

    it('the wheel scrolls by amounts and at a place', async () => {
      await desktop.run('left_click', word);
      await desktop.run('scroll', { ...word, scroll_y: -40 });
      await desktop.run('left_click', { x: word.x, y: word.y + 100 });
      await desktop.hotkey('shift', 'ctrl', 'Home');
      await until(3000, async () =>
        (await clipboardOrNothing()).split('\n').length > 60 ? '' : 'it has not scrolled',
      );
    });

    it('shortcuts work on a layout without their letters', async () => {
      await desktop.layout('ru');
      assert.equal((await desktop.copyAll()).slice(0, 16), 'alpha beta gamma');
      await desktop.layout('us,ru', { group: 1 });
      assert.equal((await desktop.copyAll()).slice(0, 16), 'alpha beta gamma');
      await desktop.layout('us');
    });

    it('a key may be given as a chord, and CapsLock does not matter to shortcuts', async () => {
      await desktop.layout('us', { capsLock: true });
      await desktop.run('press_key', { key: 'ctrl+A' });
      await desktop.run('press_key', { key: 'Delete' });
      await desktop.run('press_key', { key: 'x' });
      await desktop.run('press_key', { key: 'Y' });
      await desktop.run('press_key', { key: '漢' });
      assert.equal(await desktop.copyAll(), 'xY漢');
      await desktop.layout('us');
    });

    it('a held Shift changes no typed text and is held afterwards', async () => {
      await desktop.run('press_key', { key: 'ctrl+a' });
      await desktop.run('key_down', { key: 'shift' });
      await desktop.run('type_text', { text: 'aB1!漢 x' });
      await desktop.run('press_key', { key: 'Left' });
      await desktop.run('key_up', { key: 'shift' });
      await until(3000, async () => ((await clipboardOrNothing()) === 'x' ? '' : 'nothing is selected'));
      assert.equal(await desktop.copyAll(), 'aB1!漢 x');
    });

    it('typing says whether the editor shows what was typed', async () => {
      await desktop.run('press_key', { key: 'ctrl+a' });
      const { result } = await desktop.run('type_text', { text: 'Grüße, 世界' });
      assert.deepEqual(result, { verified: true });
    });

    it('a cancelled text stops between two chunks and leaves the keyboard as it was', async () => {
      await desktop.run('press_key', { key: 'ctrl+a' });
      const { error } = await desktop.ask('type_text', { text: 'АБВГД '.repeat(3000) }, 150);
      assert.equal(error?.code, 'internal');
      await desktop.run('type_text', { text: 'z' });
      const text = await desktop.copyAll();
      assert.match(text, /^(АБВГД )+[АБВГД]{0,5} ?z$/);
      assert.ok(text.length < 18_000, String(text.length));
    });
  });

  describe(
    'while a window manager that draws an outline has the X server to itself',
    { timeout: 60_000 },
    () => {
      const position = async (): Promise<number[]> => {
        const shown = await desktop.container.bash('xdotool getactivewindow getwindowgeometry');
        const [, x, y] = /Position: (-?\d+),(-?\d+)/.exec(shown) ?? [];
        return [Number(x), Number(y)];
      };
      const isAt = (...expected: number[]): Promise<void> =>
        until(3000, async () => {
          const now = await position();
          return String(now) === String(expected) ? '' : `the window is at ${now.join()}`;
        });
      const outline = (isOn: boolean): Promise<string> =>
        desktop.container.bash(`xfconf-query --channel xfwm4 --property /general/box_move --set ${isOn}`);

      before(async () => {
        await outline(true);
        await desktop.container.bash('xdotool getactivewindow windowmove --sync 100 100');
      });
      after(() => outline(false));

      it('a drag moves its window', async () => {
        const [x = NaN, y = NaN] = await position();
        await desktop.run('drag', { path: [[300, 112], [350, 142], [400, 172]], duration: 0.3 }); // prettier-ignore
        await isAt(x + 100, y + 60);
      });

      it('so do button and moves one by one, and the pointer is seen in between', async () => {
        const [x = NaN, y = NaN] = await position();
        await desktop.run('mouse_down', { x: 400, y: 172 });
        await desktop.run('move_cursor', { x: 360, y: 192 });
        await desktop.run('move_cursor', { x: 340, y: 202 });
        await desktop.run('mouse_up');
        await isAt(x - 60, y + 30);
      });
    },
  );

  it('what is held is lifted: a cancelled drag by itself, the rest by release_all', async () => {
    const held = (): Promise<string> => desktop.container.bash(HELD);
    assert.equal(await held(), '0');
    const path = [[640, 400], [700, 450]]; // prettier-ignore
    const { error } = await desktop.ask('drag', { path, duration: 20 }, 100);
    assert.ok(error);
    assert.equal(await held(), '0');
    await desktop.run('key_down', { key: 'ctrl' });
    await desktop.run('mouse_down', { ...CENTRE });
    assert.equal(await held(), String(CONTROL | BUTTON_1));
    await desktop.run('release_all');
    assert.equal(await held(), '0');
  });
});

const CONTROL = 4;
const BUTTON_1 = 0x100;
/** Prints the modifiers and buttons that the X server holds to be down. */
const HELD = `node --eval "
  const x11 = process.getBuiltinModule('module').createRequire('/opt/deskreel/package.json')('x11');
  x11.createClient((error, { client, screen: [{ root }] }) => {
    client.QueryPointer(root, (failure, { keyMask }) => {
      console.log(keyMask);
      process.exit();
    });
  });"`;
