// Typing where it is awkward: into a calculator, through a dialog that closes on the way, and where nothing takes keys.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/container.ts';
import { HandsDesktop } from './hands-desktop.ts';

describe('typing', { timeout: 180_000 }, () => {
  let desktop: HandsDesktop;

  before(async () => {
    desktop = await HandsDesktop.start();
  });
  after(() => desktop[Symbol.asyncDispose]());

  it('works in GTK 4', async () => {
    await desktop.open('gnome-calculator', 'gnome-calculator');
    for (const sum of ['12.5+7', '9876543210', '√(16)+π']) {
      await desktop.run('press_key', { key: 'Escape' });
      await desktop.run('type_text', { text: sum });
      assert.equal(await desktop.copyAll(), sum);
    }
    await desktop.hotkey('ctrl', 'q');
  });

  it('goes on when a line end closes the dialog that it goes to', async () => {
    await desktop.open('mousepad', 'mousepad');
    await desktop.run('type_text', { text: 'первая строка\n二\n三' });
    const { ms } = await closeDialog(['ctrl', 'l'], 'Go To', '2\n漢字и ещё');
    assert.ok(ms < 9000, `${ms} ms`);
    // What follows the line end arrives in the dialog or behind it, as the program is quick: none of it is garbled.
    assert.match(await desktop.copyAll(), /^первая строка\n[漢字и ещё]*二\n三$/);
  });

  async function closeDialog(keys: string[], title: string, text: string): Promise<{ ms: number }> {
    await desktop.hotkey(...keys);
    await until(10_000, () =>
      desktop.container.bash(
        `[[ $(xdotool getactivewindow getwindowname) == '${title}'* ]] || echo no dialog`,
      ),
    );
    return desktop.run('type_text', { text });
  }

  it('ends where no window takes keys', async () => {
    await desktop.container.bash('pkill -x mousepad; true');
    await desktop.run('left_click', { x: 900, y: 600 });
    const { result, ms } = await desktop.run('type_text', { text: 'nobody reads 這個' });
    assert.deepEqual(result, {});
    assert.ok(ms < 9000, `${ms} ms`);
  });

  it('refuses what no key gives, and keys that have no name', async () => {
    assert.equal((await desktop.ask('type_text', { text: 'a\u0007b' })).error?.code, 'bad_params');
    assert.equal((await desktop.ask('press_key', { key: 'nokey' })).error?.code, 'unknown_key');
    assert.equal((await desktop.ask('hotkey', { keys: ['ctrl', 'nokey'] })).error?.code, 'unknown_key');
  });
});
