// What a person did, from what their viewer sent: clicks, drags, the wheel, texts, keys and shortcuts.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InputEvent } from '../../../trace/gestures/input-event.ts';
import { GestureReducer } from '../../../trace/gestures/reducer.ts';
import { actionOf } from '../../../protocol/vocabulary/action.ts';

const KEY = { return: 0xff0d, shift: 0xffe1, ctrl: 0xffe3, super: 0xffeb, f5: 0xffc2, altGr: 0xfe03 };

/** A stream of events, each so many milliseconds after the one before it. */
class Hands {
  readonly events: InputEvent[] = [];
  #now = 1_000;

  pointer(x: number, y: number, buttons = 0, afterMs = 10): this {
    this.#now += afterMs;
    this.events.push({ kind: 'pointer', x, y, buttons, at_ms: this.#now });
    return this;
  }

  click(x: number, y: number, button = 1, afterMs = 10): this {
    return this.pointer(x, y, button, afterMs).pointer(x, y);
  }

  key(keysym: number, down: boolean, afterMs = 10): this {
    this.#now += afterMs;
    this.events.push({ kind: 'key', keysym, down, at_ms: this.#now });
    return this;
  }

  press(keysym: number, afterMs = 10): this {
    return this.key(keysym, true, afterMs).key(keysym, false);
  }

  type(text: string, afterMs = 10): this {
    for (const character of text) this.press(character.codePointAt(0) ?? 0, afterMs);
    return this;
  }
}

function gesturesOf({ events }: Hands): [string, unknown][] {
  const reducer = new GestureReducer();
  const steps = [...events.flatMap((event) => reducer.add(event)), ...reducer.flush()];
  const begun = steps.filter(({ kind }) => kind === 'begins').length;
  const ended = steps.flatMap((step) => (step.kind === 'ends' ? [step.gesture] : []));
  assert.equal(begun, ended.length, 'what begins ends');
  for (const { method, args } of ended)
    assert.ok(actionOf(method, args), `${method} takes ${JSON.stringify(args)}`);
  return ended.map(({ method, args }) => [method, args]);
}

describe('the gestures of a pointer', () => {
  it('are clicks of each button, and two or three of the left one within 400 ms', () => {
    const hands = new Hands()
      .click(10, 20)
      .click(11, 20, 1, 200)
      .click(300, 20)
      .click(300, 20, 4)
      .click(300, 20, 2);
    hands.click(50, 50).click(50, 50).click(50, 50).click(50, 50);
    assert.deepEqual(gesturesOf(hands), [
      ['double_click', { x: 10, y: 20 }],
      ['left_click', { x: 300, y: 20, button: 'left' }],
      ['right_click', { x: 300, y: 20 }],
      ['middle_click', { x: 300, y: 20 }],
      ['triple_click', { x: 50, y: 50 }],
      ['left_click', { x: 50, y: 50, button: 'left' }],
    ]);
  });

  it('are the clicks that were pressed where the last is not released', () => {
    const hands = new Hands().click(10, 20).pointer(10, 20, 1);
    assert.deepEqual(gesturesOf(hands), [['double_click', { x: 10, y: 20 }]]);
  });

  it('are two clicks where the second comes late or elsewhere', () => {
    const hands = new Hands().click(10, 20).click(10, 20, 1, 500).click(10, 30, 1, 20);
    assert.deepEqual(
      gesturesOf(hands).map(([method]) => method),
      ['left_click', 'left_click', 'left_click'],
    );
  });

  it('are a drag with its path once the pointer has left its place, and a click while it trembles', () => {
    const hands = new Hands().pointer(10, 10, 1).pointer(12, 11, 1).pointer(12, 11).pointer(100, 100, 0, 600);
    hands.pointer(100, 100, 1).pointer(150, 120, 1).pointer(200, 140, 1, 480).pointer(200, 140);
    assert.deepEqual(gesturesOf(hands), [
      ['left_click', { x: 10, y: 10, button: 'left' }],
      ['drag', { path: [[100, 100], [150, 120], [200, 140]], button: 'left', duration: 0.5 }],
    ]); // prettier-ignore
  });

  it('are one scroll for the notches that follow each other, up positive', () => {
    const hands = new Hands();
    for (let notch = 0; notch < 3; notch += 1) hands.pointer(5, 6, 16).pointer(5, 6);
    hands.pointer(5, 6, 8, 500).pointer(5, 6).pointer(5, 6, 64).pointer(5, 6);
    assert.deepEqual(gesturesOf(hands), [
      ['scroll', { x: 5, y: 6, scroll_x: 0, scroll_y: -3 }],
      ['scroll', { x: 5, y: 6, scroll_x: 1, scroll_y: 1 }],
    ]);
  });

  it('are done with the modifiers that are held', () => {
    const hands = new Hands().key(KEY.ctrl, true).click(10, 20).key(KEY.ctrl, false);
    assert.deepEqual(gesturesOf(hands), [
      ['key_down', { key: 'Control_L' }],
      ['left_click', { x: 10, y: 20, button: 'left' }],
      ['key_up', { key: 'Control_L' }],
    ]);
  });
});

describe('the gestures of a keyboard', () => {
  it('are a text until a pause of a second, another key or the pointer', () => {
    const hands = new Hands()
      .type('Grü')
      .key(KEY.shift, true)
      .press(0x41)
      .key(KEY.shift, false)
      .press(KEY.return);
    hands.type('ab').type('cd', 1200).click(1, 1).type('é');
    assert.deepEqual(gesturesOf(hands), [
      ['type_text', { text: 'GrüA', secret: false }],
      ['press_key', { key: 'Return' }],
      ['type_text', { text: 'ab', secret: false }],
      ['type_text', { text: 'c', secret: false }],
      ['type_text', { text: 'd', secret: false }],
      ['left_click', { x: 1, y: 1, button: 'left' }],
      ['type_text', { text: 'é', secret: false }],
    ]);
  });

  it('are characters of any script, of the third level and of the keypad too', () => {
    const hands = new Hands().press(0x6c1).press(0x7e1).press(0x0100_4e16);
    hands.key(KEY.altGr, true).press(0x20ac).key(KEY.altGr, false).press(0xffb7);
    assert.deepEqual(gesturesOf(hands), [['type_text', { text: 'аα世€7', secret: false }]]);
  });

  it('are shortcuts with what is held, and a modifier by itself', () => {
    const hands = new Hands().key(KEY.ctrl, true).key(KEY.shift, true).press(0x54).key(KEY.shift, false);
    hands.press(0x63).key(KEY.ctrl, false).press(KEY.f5).press(KEY.super);
    assert.deepEqual(gesturesOf(hands), [
      ['hotkey', { keys: ['ctrl', 'shift', 't'] }],
      ['hotkey', { keys: ['ctrl', 'c'] }],
      ['press_key', { key: 'F5' }],
      ['press_key', { key: 'Super_L' }],
    ]);
  });

  it('are another text where its keys may not be known', () => {
    const hands = new Hands().type('ab');
    const masked = new Hands().type('cd').events.map((event) => ({ ...event, masked: 'password' }));
    hands.events.push(...(masked as InputEvent[]));
    assert.deepEqual(
      gesturesOf(hands).map(([, args]) => args),
      [
        { text: 'ab', secret: false },
        { text: 'cd', secret: false },
      ],
    );
  });
});
