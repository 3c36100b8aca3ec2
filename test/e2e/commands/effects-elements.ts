// What the commands on elements do: found, used and waited for by the tree, seen by what the page tells.
import assert from 'node:assert/strict';
import type { accessibilityCommands } from '../../../protocol/commands/accessibility.ts';
import { centreOf, findElements } from '../../support/elements.ts';
import { sees } from './effects-pointer.ts';
import { onPage, type EffectsOf } from './stage.ts';

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
    await stage.bash("xdotool search --onlyvisible --name '^probe' key --delay 40 F5");
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
    assert.equal(await stage.bash("xdotool search --onlyvisible --name '^awaited$'"), String(windowId));
    await stage.bash('wmctrl -c awaited');
    await stage.edit('a text to wait for');
    await stage.desktop.waitFor({ text: 'text to wait for' });
    await stage.desktop.waitFor({ settled: true });
    const still = await stage.picture();
    assert.deepEqual((await stage.picture()).pixels, still.pixels);
  },
});
