// Names of keys: every spelling that clients send, X's own names, and what is refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keysymOfName, keysymsOfChord, keysymsTogether } from '../../../guest/input/keys.ts';
import { DeskreelError } from '../../../protocol/errors.ts';

const SPELLINGS: Record<string, readonly string[]> = {
  '0xff0d': ['enter', 'return', 'Return', 'ENTER', '\n'],
  '0xff1b': ['esc', 'escape', 'Escape'],
  '0xffff': ['del', 'delete', 'Delete'],
  '0xff55': ['pageup', 'page_up', 'page up', 'Page_Up', 'Prior', 'pgup'],
  '0xff56': ['pagedown', 'page_down', 'page down', 'Page_Down', 'Next', 'pgdn'],
  '0xffeb': ['win', 'super', 'cmd', 'command', 'meta', 'Super_L', 'windows'],
  '0xffe9': ['alt', 'option', 'Alt_L'],
  '0xffe3': ['ctrl', 'control', 'Control_L', 'ctrl_l'],
  '0xffe1': ['shift', 'Shift_L'],
  '0xfe03': ['alt_gr', 'altgr', 'ISO_Level3_Shift'],
  '0xff52': ['up', 'Up', 'ArrowUp', 'arrow_up'],
  '0xff08': ['backspace', 'BackSpace', 'Backspace'],
  '0xff63': ['insert', 'Insert'],
  '0xff61': ['print', 'print_screen', 'PrintScreen'],
  '0xffe5': ['caps_lock', 'CapsLock', 'Caps_Lock'],
  '0xff14': ['scroll_lock'],
  '0xffbe': ['f1', 'F1'],
  '0xffd1': ['f20', 'F20'],
  '0x1008ff12': ['XF86AudioMute', 'media_volume_mute'],
  '0x20': ['space', ' '],
  '0x2b': ['+', 'plus'],
  '0xff8d': ['KP_Enter'],
  '0x10020ac': ['U20AC', 'U+20AC', '€'],
  '0x100043b': ['л'],
  '0x101f600': ['😀'],
};

describe('a name of a key', () => {
  for (const [keysym, names] of Object.entries(SPELLINGS)) {
    for (const name of names) {
      it(`${JSON.stringify(name)} is ${keysym}`, () => assert.equal(keysymOfName(name), Number(keysym)));
    }
  }

  it('is refused when nothing has it, with what may be given instead', () => {
    for (const name of ['foo', 'f36', 'f0', '', 'control alt']) {
      assert.throws(
        () => keysymOfName(name),
        (error) =>
          error instanceof DeskreelError &&
          error.code === 'unknown_key' &&
          error.message.startsWith(`Unknown key: ${name}.`) &&
          error.message.includes('Page_Down'),
        name,
      );
    }
  });
});

describe('keys joined by +', () => {
  const chords: readonly (readonly [string, readonly number[]])[] = [
    ['ctrl+shift+t', [0xffe3, 0xffe1, 0x74]],
    ['ctrl++', [0xffe3, 0x2b]],
    ['+', [0x2b]],
    ['ctrl + c', [0xffe3, 0x63]],
    ['Alt+F4', [0xffe9, 0xffc1]],
    ['U+20AC', [0x10020ac]],
    ['ctrl+page_down', [0xffe3, 0xff56]],
  ];
  for (const [chord, keysyms] of chords) {
    it(chord, () => assert.deepEqual(keysymsOfChord(chord), keysyms));
  }

  it('are refused where one of them has no name', () => {
    for (const chord of ['ctrl+', '+c', 'ctrl+nokey']) {
      assert.throws(
        () => keysymsOfChord(chord),
        (error) => error instanceof DeskreelError && error.code === 'unknown_key',
        chord,
      );
    }
  });

  it('mean keys, not capitals, beside a modifier', () => {
    assert.deepEqual(keysymsTogether(['ctrl', 'C']), [0xffe3, 0x63]);
    assert.deepEqual(keysymsTogether(['ctrl+shift', 'T']), [0xffe3, 0xffe1, 0x74]);
    assert.deepEqual(keysymsTogether(['A']), [0x41]);
  });
});
