// Elements on a real desktop beyond the plain case: ids that outlive their elements, programs that hang, other toolkits.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ComputerInterface } from '../../../sdk/index.ts';
import { startComputer, type TestComputer } from '../../support/computer.ts';
import { eventually } from '../../support/server.ts';
import { ContainerShell } from '../../support/shell.ts';

describe('elements', { timeout: 240_000 }, () => {
  let computer: TestComputer;
  let desktop: ComputerInterface;
  let shell: ContainerShell;
  before(async () => {
    computer = await startComputer();
    ({ desktop } = computer);
    shell = new ContainerShell(`deskreel-${computer.computer.desktop.id}`);
    await desktop.launch('mousepad');
    await desktop.launch('featherpad');
    await desktop.waitFor({ window: 'Mousepad' }, { timeout: 30 });
    await desktop.waitFor({ window: 'FeatherPad' }, { timeout: 30 });
  });
  after(async () => {
    shell[Symbol.dispose]();
    await computer[Symbol.asyncDispose]();
  });

  const editor = async (): Promise<number> => {
    const [window] = await desktop.getApplicationWindows('mousepad');
    assert.ok(window);
    return window;
  };

  it('are set and found by their program in GTK and in Qt', async () => {
    for (const program of ['mousepad', 'featherpad']) {
      const pid = Number(await shell.run(`pgrep -x ${program}`));
      await desktop.setElementValue(
        { role: 'text', state: ['editable', 'showing', 'multi line'], pid },
        `of ${program} é`,
      );
      const { element } = await desktop.findElement({ role: 'text', value: `of ${program} é`, exact: true });
      assert.equal(element.value, `of ${program} é`);
    }
    const { elements } = await desktop.findElement({ value: 'OF ' });
    assert.ok(elements.length >= 2);
  });

  it('of the active window come first, and menus open by their action', async () => {
    await desktop.activateWindow(await editor());
    await desktop.invokeElement({ role: 'menu', name: 'Help' });
    await desktop.waitFor({ element: { role: 'menu item', name: 'About' } }, { timeout: 5 });
    await desktop.invokeElement({ role: 'menu item', name: 'About', state: 'showing' });
    await desktop.waitFor({ window: 'About Mousepad' }, { timeout: 5 });
  });

  it('that are gone are told from those that are there, and ids are not given again', async () => {
    const { element: dialog } = await desktop.findElement({ role: 'dialog', name: 'About Mousepad' });
    const { element: text } = await desktop.findElement({ role: 'text', value: 'of mousepad' });
    const [window] = await desktop.getApplicationWindows('About Mousepad');
    assert.ok(window);
    await desktop.closeWindow(window);
    await eventually(async () => {
      await assert.rejects(desktop.focusElement({ id: dialog.id }), { code: 'stale_element' });
    }, 5_000);
    assert.equal((await desktop.findElement({ id: text.id })).element.value, text.value);
    await shell.run('pkill -KILL -f guest/main.ts');
    await eventually(async () => {
      await assert.rejects(desktop.findElement({ id: text.id }), { code: 'stale_element' });
    });
    const { element: again } = await desktop.findElement({ role: 'text', value: 'of mousepad' });
    assert.notEqual(again.id, text.id);
  });

  it('of a program that hangs cost its deadline, and it is named', async () => {
    await shell.run('pkill -STOP -x featherpad');
    try {
      const began = performance.now();
      const search = desktop.findElement({ role: 'button', name: 'not anywhere' });
      await assert.rejects(search, { code: 'not_found', message: /could not be looked into: FeatherPad/i });
      const ms = performance.now() - began;
      assert.ok(ms > 1_900 && ms < 8_000, `${ms} ms`);
      const pid = Number(await shell.run('pgrep -x mousepad'));
      const { unavailable, tree } = await desktop.getAccessibilityTree({ scope: 'pid', pid });
      assert.deepEqual(unavailable, [], 'one program alone is not kept by another');
      assert.deepEqual(tree.children.map(({ title }) => title), ['mousepad']); // prettier-ignore
    } finally {
      await shell.run('pkill -CONT -x featherpad');
    }
  });

  it('are waited for until they are ready, and what is not there is told from what is not ready', async () => {
    const undo = { role: 'menu item', name: 'Undo' };
    await assert.rejects(desktop.waitFor({ element: undo }, { timeout: 0 }), {
      code: 'not_ready',
      message: /not on the screen/,
    });
    await assert.rejects(desktop.waitFor({ element: { ...undo, name: 'Undo nothing' } }, { timeout: 0 }), {
      code: 'not_found',
    });
    const window = await editor();
    await desktop.minimizeWindow(window);
    await assert.rejects(desktop.waitFor({ window: 'Mousepad' }, { timeout: 0 }), { code: 'not_ready' });
    const waiting = desktop.waitFor(
      { window: 'Mousepad', text: 'of mousepad', settled: true },
      { timeout: 20 },
    );
    await shell.run(`xdotool windowactivate ${window}`);
    const { windowId, element } = await waiting;
    assert.equal(windowId, window);
    assert.match(String(element?.value), /of mousepad/);
  });
});
