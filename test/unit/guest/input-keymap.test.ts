// The keyboard map: reading it off the wire, and which key types a character in which group and under CapsLock.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  keysymAt,
  parseKeymap,
  unboundKeycodes,
  type Keymap,
  type KeySymbols,
} from '../../../guest/input/keymap.ts';
import { readLayout } from '../../../guest/input/strokes.ts';

const ONE_LEVEL = { mask: 0, levels: new Map<number, number>() };
const TWO_LEVEL = { mask: 1, levels: new Map([[1, 1]]) };
const ALPHABETIC = { mask: 3, levels: new Map([[1, 1], [2, 1]]) }; // prettier-ignore
const TYPES = [ONE_LEVEL, TWO_LEVEL, ALPHABETIC];

const key = (type: number, ...groups: (readonly number[])[]): KeySymbols => ({
  typeOfGroup: [type, type, type, type],
  groupInfo: groups.length,
  width: groups[0]?.length ?? 0,
  keysyms: groups.flat(),
});

const CYRILLIC_EF = 0x6c6;
const MAP: Keymap = {
  minKeycode: 8,
  maxKeycode: 14,
  types: TYPES,
  keys: new Map([
    [8, key(0)],
    [9, key(2, [0x61, 0x41], [CYRILLIC_EF, CYRILLIC_EF + 0x20])],
    [10, key(1, [0x31, 0x21])],
    [11, key(1, [0xe8, 0x37])],
    [12, key(0)],
    [13, key(1, [0x61, 0x41])],
    [14, key(0, [0xffe1])],
  ]),
};

describe('the map on the wire', () => {
  it('reads types with preserved modifiers, empty keys and several groups', () => {
    const map = parseKeymap(wireForm());
    assert.equal(map.minKeycode, 8);
    assert.equal(map.maxKeycode, 10);
    assert.deepEqual(map.types[1], { mask: 3, levels: new Map([[1, 1]]) });
    assert.deepEqual(map.keys.get(8), { typeOfGroup: [0, 0, 0, 0], groupInfo: 0, width: 0, keysyms: [] });
    assert.deepEqual(map.keys.get(9), {
      typeOfGroup: [1, 0, 0, 0],
      groupInfo: 2,
      width: 2,
      keysyms: [1, 2, 3, 4],
    });
    assert.deepEqual(map.keys.get(10)?.keysyms, [0xffffffff]);
  });
});

/** A reply's body: two types (one with an inactive entry and a preserve list), three keys. */
function wireForm(): Buffer {
  const header = Buffer.alloc(32);
  header.set([8, 10, 0, 0, 0, 2, 2, 8], 2);
  header.writeUInt8(3, 12);
  const one = [0, 0, 0, 0, 1, 0, 0, 0];
  const two = [
    3,
    3,
    0,
    0,
    2,
    2,
    1,
    0,
    1,
    1,
    1,
    1,
    0,
    0,
    0,
    0,
    0,
    2,
    1,
    2,
    0,
    0,
    0,
    0,
    ...Array<number>(8).fill(9),
  ];
  const empty = [0, 0, 0, 0, 0, 0, 0, 0];
  const full = [1, 0, 0, 0, 2, 2, 4, 0, ...[1, 2, 3, 4].flatMap((keysym) => [keysym, 0, 0, 0])];
  const last = [0, 0, 0, 0, 1, 1, 1, 0, 255, 255, 255, 255];
  return Buffer.concat([header, Buffer.from([...one, ...two, ...empty, ...full, ...last])]);
}

describe('a keysym under modifiers', () => {
  const at = (keycode: number, group: number, mods: number): number => {
    const found = MAP.keys.get(keycode);
    assert.ok(found);
    return keysymAt(MAP, found, group, mods);
  };

  it('follows Shift and Lock by the type of the key', () => {
    assert.equal(at(9, 0, 0), 0x61);
    assert.equal(at(9, 0, 1), 0x41);
    assert.equal(at(9, 0, 2), 0x41);
    assert.equal(at(9, 0, 3), 0x61);
    assert.equal(at(10, 0, 2), 0x31);
    assert.equal(at(8, 0, 0), 0);
  });

  it('wraps, clamps or redirects a group that the key does not have', () => {
    const two = key(2, [1, 2], [3, 4]);
    assert.equal(keysymAt(MAP, two, 2, 0), 1);
    assert.equal(keysymAt(MAP, { ...two, groupInfo: 2 | 0x40 }, 3, 0), 3);
    assert.equal(keysymAt(MAP, { ...two, groupInfo: 2 | 0x80 | (1 << 4) }, 2, 0), 3);
    assert.equal(keysymAt(MAP, { ...two, groupInfo: 2 | 0x80 | (3 << 4) }, 2, 0), 1);
  });
});

describe('the active layout', () => {
  const layout = (mods: number, group: number, except: readonly number[] = []) =>
    readLayout(MAP, { mods, group }, new Set(except));

  it('types by the lowest keycode, plain before Shift', () => {
    assert.deepEqual(layout(0, 0).byCodePoint.get(0x61), { keycode: 9, shift: false });
    assert.deepEqual(layout(0, 0).byCodePoint.get(0x21), { keycode: 10, shift: true });
    assert.deepEqual(layout(0, 0, [9]).byCodePoint.get(0x61), { keycode: 13, shift: false });
  });

  it('knows the characters of the active group only', () => {
    const cyrillic = layout(0, 1);
    assert.deepEqual(cyrillic.byCodePoint.get('ф'.codePointAt(0) ?? 0), { keycode: 9, shift: false });
    assert.deepEqual(cyrillic.byCodePoint.get('Ф'.codePointAt(0) ?? 0), { keycode: 9, shift: true });
    assert.deepEqual(cyrillic.byCodePoint.get(0x61), { keycode: 13, shift: false });
  });

  it('turns Shift round under CapsLock, and leaves out letters that programs would make capitals', () => {
    const locked = layout(2, 0);
    assert.deepEqual(locked.byCodePoint.get(0x41), { keycode: 9, shift: false });
    assert.deepEqual(locked.byCodePoint.get(0x61), { keycode: 9, shift: true });
    assert.deepEqual(locked.byCodePoint.get(0x31), { keycode: 10, shift: false });
    assert.equal(locked.byCodePoint.get(0xe8), undefined);
    assert.deepEqual(locked.byCodePoint.get(0x37), { keycode: 11, shift: true });
  });
});

it('keycodes without symbols are found, the highest first, never the lowest of the map', () => {
  assert.deepEqual(unboundKeycodes(MAP), [12]);
});
