// What the commands on elements do: found, used and waited for by the tree, seen by what the page tells.
import assert from 'node:assert/strict';
import type { accessibilityCommands } from '../../../protocol/commands/accessibility.ts';
import { centreOf, findElements } from '../../support/elements.ts';
import { eventually } from '../../support/server.ts';
import { sees } from './effects-pointer.ts';
import { onPage, type EffectsOf, type Stage } from './stage.ts';

/** A language model reads of the page: a line for the button, its place in it, and the number to use it by. */
async function clicksByItsLine(stage: Stage): Promise<void> {
  await stage.clear();
  const { text, digests } = await stage.desktop.getAccessibilityText('lines', { scope: 'focused_window' });
  const line = /^\[(\d+)\] <button> "Press me" \{CLICKABLE\} @ \((\d+),(\d+)\) \(Imp:\d+\)$/m.exec(text);
  assert.ok(line, text);
  await stage.desktop.leftClick(Number(line[2]) + 5, Number(line[3]) + 5);
  await sees(stage, 'pressed');
  await stage.clear();
  await stage.desktop.invokeElement({ id: Number(line[1]) });
  await sees(stage, 'pressed');
  assert.match(digests?.strict ?? '', /^sha256:[0-9a-f]{64}$/);
}

export const elementEffects: EffectsOf<keyof typeof accessibilityCommands> = onPage({
  get_accessibility_tree: async (stage) => {
    const { tree } = await stage.desktop.getAccessibilityTree();
    const [button] = findElements(tree, { role: 'button', title: 'Press me' });
    assert.ok(button);
    const { x, y } = centreOf(button.bounds);
    await stage.desktop.leftClick(x, y);
    await sees(stage, 'pressed');
    const active = await stage.desktop.getAccessibilityTree({ scope: 'focused_window' });
    assert.ok(findElements(active.tree, { role: 'button', title: 'Press me' }).length === 1);
    assert.deepEqual(
      active.tree.children.map(({ title }) => title),
      ['Chromium'],
    );
    await clicksByItsLine(stage);
    const { text } = await stage.desktop.getAccessibilityText('osworld');
    assert.match(text, /^<desktop-frame xmlns:st="https:/);
    const place = `cp:screencoord="(${button.bounds.x}, ${button.bounds.y})"`;
    assert.ok(new RegExp(`<push-button name="Press me"[^>]*`).exec(text)?.[0].includes(place));
  },
  find_element: async (stage) => {
    const { element, elements } = await stage.desktop.findElement({ role: 'button', name: 'press me' });
    assert.ok(element.bounds);
    const { x, y } = centreOf(element.bounds);
    await stage.desktop.leftClick(x, y);
    await sees(stage, 'pressed');
    assert.equal(elements.length, 1);
    await assert.rejects(stage.desktop.findElement({ role: 'button', name: 'nowhere' }), {
      code: 'not_found',
    });
    await assert.rejects(stage.desktop.findElement({ id: 'e999999999' }), { code: 'stale_element' });
  },
  invoke_element: async (stage) => {
    const { element } = await stage.desktop.findElement({ role: 'button', name: 'Press me' });
    await stage.desktop.invokeElement({ id: element.id });
    await sees(stage, 'pressed');
    await stage.desktop.invokeElement({ role: 'check box', name: 'Agree', state: '!checked' });
    await sees(stage, 'box=true');
    await stage.desktop.invokeElement({ role: 'checkbox', name: 'Agree', state: 'checked' });
    await sees(stage, 'box=true', 'box=false');
  },
  focus_element: async (stage) => {
    await stage.edit();
    await stage.desktop.focusElement({ role: 'textbox', name: 'Words' });
    await sees(stage, 'focus:words');
    await stage.desktop.typeText('k');
    await sees(stage, 'focus:words', 'words=k');
  },
  set_element_value: async (stage) => {
    await stage.desktop.setElementValue({ role: 'textbox', name: 'Words' }, 'set from outside');
    await sees(stage, 'words=set');
    await stage.desktop.setElementValue({ role: 'slider', name: 'Volume' }, 77);
    await sees(stage, 'volume=77');
    await stage.desktop.setElementValue({ role: 'check box', name: 'Agree' }, true);
    await sees(stage, 'box=true');
    await stage.desktop.setElementValue({ role: 'check box', name: 'Agree' }, false);
    await sees(stage, 'box=false');
  },
  wait_for: async (stage) => {
    const later = { role: 'button', name: 'Later' };
    await stage.shell.run("xdotool search --onlyvisible --name '^probe' key --delay 40 F5");
    await stage.desktop.waitFor({ element: { role: 'button', name: 'Press me' } });
    const notReady = stage.desktop.waitFor({ element: later }, { timeout: 0.2 });
    await assert.rejects(notReady, { code: 'not_ready', message: /Later.*disabled/ });
    await stage.desktop.invokeElement({ role: 'button', name: 'Press me' });
    await stage.desktop.waitFor({ element: later });
    await stage.desktop.invokeElement(later);
    await assert.rejects(stage.desktop.waitFor({ text: 'is not written anywhere' }, { timeout: 0.2 }), {
      code: 'not_found',
    });
    await assert.rejects(stage.desktop.waitFor({ window: 'no such window' }, { timeout: 0 }), {
      code: 'not_found',
    });
    await stage.desktop.launch('sh', ['-c', 'sleep 1; exec xfce4-terminal --title awaited']);
    const { windowId } = await stage.desktop.waitFor({ window: 'awaited' });
    assert.equal(await stage.shell.run("xdotool search --onlyvisible --name '^awaited$'"), String(windowId));
    await stage.shell.run('wmctrl -c awaited');
    await eventually(async () => {
      assert.doesNotMatch(await stage.shell.run('wmctrl -l'), /awaited/);
    }, 5_000);
    await stage.edit('a text to wait for');
    await stage.desktop.waitFor({ text: 'text to wait for' });
    await stage.desktop.waitFor({ settled: true });
    const still = await stage.picture();
    assert.deepEqual((await stage.picture()).pixels, still.pixels);
  },
});
