// What the keyboard's commands do, as a page and an editor see it.
import assert from 'node:assert/strict';
import type { keyboardCommands } from '../../../protocol/commands/keyboard.ts';
import { heldMs, sees } from './effects-pointer.ts';
import { onPage, type EffectsOf } from './stage.ts';

export const keyboardEffects: EffectsOf<keyof typeof keyboardCommands> = onPage({
  type_text: async (stage) => {
    await stage.edit();
    await stage.desktop.typeText('Grüße, Ж 世界 😀');
    assert.equal(await stage.edited(), 'Grüße, Ж 世界 😀');
  },
  press_key: async (stage) => {
    await stage.desktop.pressKey('Page_Down');
    await stage.desktop.pressKey('f14');
    await stage.desktop.pressKey('ctrl+shift+x');
    await sees(stage, 'key:PageDown', 'keyup:PageDown', 'key:Control', 'key:Shift', 'key:X');
  },
  key_down: async (stage) => {
    await stage.desktop.keyDown('shift');
    const events = await sees(stage, 'key:Shift');
    assert.ok(!events.some((event) => event.startsWith('keyup:Shift')), 'it is still held');
    await stage.desktop.keyUp('shift');
    await sees(stage, 'keyup:Shift');
  },
  key_up: async (stage) => {
    await stage.desktop.keyDown('option');
    await stage.desktop.keyUp('option');
    await sees(stage, 'key:Alt', 'keyup:Alt');
  },
  hold_key: async (stage) => {
    await stage.desktop.holdKey('a', 0.4);
    const events = await sees(stage, 'key:a', 'keyup:a');
    const held = heldMs(events.find((event) => event.startsWith('keyup:a')));
    assert.ok(held >= 350 && held < 5_000, `${held} ms`);
  },
  hotkey: async (stage) => {
    await stage.edit('old words');
    await stage.desktop.hotkey('ctrl', 'a');
    await stage.desktop.typeText('new');
    assert.equal(await stage.edited(), 'new');
  },
});
