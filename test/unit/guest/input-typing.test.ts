// Text as keys: tokens, keysyms, lent keycodes, the order of presses, and what is said of a text read back.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { composeFile, finisherOf } from '../../../guest/input/gtk-compose.ts';
import { codePointOfKeysym, keysymOfCodePoint } from '../../../protocol/keysyms.ts';
import { compareTyped, verifyTyped } from '../../../guest/input/readback.ts';
import { SpareKeys } from '../../../guest/input/spare-keys.ts';
import { tokensOf } from '../../../guest/input/text.ts';
import { keyEvents } from '../../../guest/input/typist.ts';
import { usPosition } from '../../../guest/input/us-positions.ts';
import { DeskreelError } from '../../../protocol/errors.ts';

const codePoint = (character: string): number => character.codePointAt(0) ?? 0;

describe('a text', () => {
  it('is characters and keys, a line end of any kind one Return', () => {
    assert.deepEqual(tokensOf('a\t😀\r\n\n\r'), [
      { kind: 'character', codePoint: 0x61 },
      { kind: 'key', keysym: 0xff09 },
      { kind: 'character', codePoint: 0x1f600 },
      { kind: 'key', keysym: 0xff0d },
      { kind: 'key', keysym: 0xff0d },
      { kind: 'key', keysym: 0xff0d },
    ]);
  });

  it('is refused where no key can give it', () => {
    for (const text of ['\u0007', '\u0085', '\ud83d', 'a\udc00b']) {
      assert.throws(
        () => tokensOf(text),
        (error) =>
          error instanceof DeskreelError &&
          error.code === 'bad_params' &&
          /U\+[0-9A-F]{4}/.test(error.message),
      );
    }
  });
});

describe('keysyms', () => {
  it('of characters are Latin-1 or Unicode', () => {
    assert.equal(keysymOfCodePoint(0xfc), 0xfc);
    assert.equal(keysymOfCodePoint(codePoint('漢')), 0x1006f22);
    assert.equal(keysymOfCodePoint(0x1f600), 0x101f600);
  });

  const old: readonly (readonly [number, string])[] = [
    [0x6c1, 'а'], [0x6e1, 'А'], [0x6df, 'ъ'], [0x6a3, 'ё'], [0x6b3, 'Ё'], [0x6b0, '№'],
    [0x7e1, 'α'], [0x7c1, 'Α'], [0x7d2, 'Σ'], [0x7f2, 'σ'], [0x7f3, 'ς'], [0x7f9, 'ω'],
    [0x1b1, 'ą'], [0x1a3, 'Ł'], [0x20ac, '€'], [0x1000451, 'ё'], [0xdf, 'ß'],
  ]; // prettier-ignore
  for (const [keysym, character] of old) {
    it(`0x${keysym.toString(16)} is ${character}`, () =>
      assert.equal(codePointOfKeysym(keysym), codePoint(character)));
  }

  it('that type nothing stand for no character', () => {
    for (const keysym of [0xff0d, 0xffe1, 0xfe52, 0x1008ff12, 0x7b1]) {
      assert.equal(codePointOfKeysym(keysym), undefined, keysym.toString(16));
    }
  });
});

describe('what GTK takes for a dead key', () => {
  it('has a finisher, other characters have none', () => {
    const lost = ['\ufe50', '\ufe8c', '＠', '\u07ae', '\u{107ae}', '\u{ffe50}'];
    for (const character of lost) assert.ok(finisherOf(codePoint(character)), character);
    for (const character of ['a', 'é', '漢', '😀', '\ufe4f', '\ufe8d', '\uff21'])
      assert.equal(finisherOf(codePoint(character)), undefined, character);
  });

  it('is the character again by the file, one sequence each', () => {
    const sequences = new Map(
      Array.from(composeFile().matchAll(/^<U(\w+)> <U(\w+)> : "\\x(\w+)"$/gm), ([, ...found]) => {
        const [starter = 0, finisher = 0, made = 0] = found.map((digits) => Number.parseInt(digits, 16));
        return [`${starter} ${finisher}`, made];
      }),
    );
    assert.equal(sequences.size, composeFile().trim().split('\n').length - 1);
    for (const character of ['\ufe50', '＠', '\u07ae', '\u{107ae}', '\u{207ae}', '\u{10fe50}']) {
      const typed = codePoint(character);
      const finisher = finisherOf(typed) ?? 0;
      // GTK keeps 16 bits of what it is given.
      assert.equal(sequences.get(`${typed & 0xffff} ${finisher & 0xffff}`), typed);
    }
  });
});

describe('the places of a US keyboard', () => {
  const places: readonly (readonly [string, number, boolean])[] = [
    ['c', 54, false], ['C', 54, true], ['1', 10, false], ['+', 21, true], ['`', 49, false], ['~', 49, true],
    ['\\', 51, false], ['/', 61, false], ['q', 24, false], ['}', 35, true],
  ]; // prettier-ignore
  for (const [character, keycode, shift] of places) {
    it(`${character} is at ${keycode}${shift ? ' with Shift' : ''}`, () => {
      const found = usPosition(codePoint(character));
      assert.deepEqual([found?.keycode, found?.shift], [keycode, shift]);
      assert.equal(shift ? found?.shifted : found?.plain, codePoint(character));
    });
  }

  it('are there for ASCII only', () => {
    for (const keysym of [0x20, 0xe9, 0xff0d, 0x1000441]) assert.equal(usPosition(keysym), undefined);
  });
});

describe('spare keycodes', () => {
  it('are lent once for equal characters and never twice within a chunk', () => {
    const spare = new SpareKeys([30, 31]);
    const a = spare.lend(1, 1);
    const b = spare.lend(2, 2);
    assert.deepEqual(new Set([a, b]), new Set([30, 31]));
    assert.equal(spare.lend(1, 1), a);
    assert.equal(spare.lend(3, 3), undefined);
    assert.equal(spare.fresh.length, 2);
  });

  it('keep what they gave before, and give up the longest unused first', () => {
    const first = new SpareKeys([30, 31]);
    first.lend(1, 1);
    first.lend(2, 2);
    const second = new SpareKeys([30, 31], first.bindings);
    assert.equal(second.lend(1, 1), 30);
    assert.deepEqual(second.fresh, []);
    assert.equal(second.lend(3, 3), 31);
    assert.deepEqual(second.fresh, [{ keycode: 31, plain: 3, shifted: 3 }]);
    assert.deepEqual(
      second.bindings.map(({ plain }) => plain),
      [1, 3],
    );
  });

  it('tell a letter typed from the same letter as a shortcut', () => {
    const spare = new SpareKeys([30, 31]);
    assert.notEqual(spare.lend(0x63, 0x63), spare.lend(0x63, 0x43));
  });
});

describe('presses', () => {
  const plain = { keycode: 1, shift: false };
  const shifted = { keycode: 2, shift: true };
  const shape = (shiftHeld: boolean): string =>
    keyEvents([plain, shifted, shifted, plain], 50, shiftHeld)
      .map((event) => ('detail' in event ? `${event.type === 'keyPress' ? '+' : '-'}${event.detail}` : ''))
      .join(' ');

  it('hold Shift over neighbours that want it', () =>
    assert.equal(shape(false), '+1 -1 +50 +2 -2 +2 -2 -50 +1 -1'));
  it('lift a held Shift where it would change a character, and leave it as it was', () =>
    assert.equal(shape(true), '-50 +1 -1 +50 +2 -2 +2 -2 -50 +1 -1 +50'));
});

describe('a text read back', () => {
  const element = (text: string, caret: number, role = 'text', id = 'e') => ({
    id, role, title: '', states: [], text, caret,
  }); // prettier-ignore

  it('is the same where it stands before the caret, counted in characters', () => {
    assert.equal(compareTyped('b😀c', element('ab😀cd', 4)), 'same');
    assert.equal(compareTyped('x\r\ny', element('x\ny', 3)), 'same');
    assert.equal(compareTyped('exam', element('example.com', 4)), 'same');
    assert.equal(compareTyped('b😀c', element('ab😀cd', 5)), 'waiting');
    assert.equal(compareTyped('secret', element('••••••', 6, 'password text')), 'unknown');
    assert.equal(compareTyped('x', element('', 5)), 'unknown');
    assert.equal(compareTyped('x', undefined), 'unknown');
  });

  const signal = new AbortController().signal;
  const verify = (typed: string, before: ReturnType<typeof element> | undefined, after: typeof before) =>
    verifyTyped(typed, before, () => Promise.resolve(after), signal);

  it('is false only where the same element was known before and keys did nothing else', async () => {
    assert.equal(await verify('abc', element('', 0), element('abc', 3)), true);
    assert.equal(await verify('abc', element('', 0), element('abx', 3)), false);
    assert.equal(await verify('abc', undefined, element('abx', 3)), undefined);
    assert.equal(await verify('abc', element('', 0, 'text', 'other'), element('abx', 3)), undefined);
    assert.equal(await verify('a\n', element('', 0), element('a\n  ', 4)), undefined);
  });

  it('waits for a program that shows it later', async () => {
    let reads = 0;
    const read = () => Promise.resolve(element((reads += 1) < 3 ? '' : 'abc', reads < 3 ? 0 : 3));
    assert.equal(await verifyTyped('abc', element('', 0), read, signal), true);
  });
});
