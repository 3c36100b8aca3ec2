// OpenAI's computer actions as commands, against the types of the official package.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputerAction } from 'openai/resources/responses/responses';
import { OpenAIAction, openaiPlan } from '../../../protocol/vocabulary/from-openai.ts';
import { unscaled } from '../../../protocol/vocabulary/scaling.ts';

const SAME = unscaled({ width: 1280, height: 800 });
const HALF = { screen: { width: 2048, height: 1536 }, model: { width: 1024, height: 768 } };
const AT = { x: 10, y: 20 };

/** One of each type that the official package knows; a type that is missing does not compile. */
const EVERY: { [T in ComputerAction['type']]: Extract<ComputerAction, { type: T }> } = {
  click: { type: 'click', button: 'left', ...AT },
  double_click: { type: 'double_click', ...AT, keys: null },
  drag: { type: 'drag', path: [AT, { x: 30, y: 40 }] },
  keypress: { type: 'keypress', keys: ['CTRL', 'C'] },
  move: { type: 'move', ...AT },
  screenshot: { type: 'screenshot' },
  scroll: { type: 'scroll', ...AT, scroll_x: 0, scroll_y: 250 },
  type: { type: 'type', text: 'ñ' },
  wait: { type: 'wait' },
};

/** The other way round: what is known here is known there. */
const isOfficial = (action: OpenAIAction): ComputerAction['type'] => action.type;

function planned(action: ComputerAction, scaling = SAME): unknown[] {
  const { hold, steps } = openaiPlan(action, scaling);
  const commands = steps.map(({ command, params }) => [command, params]);
  return hold.length === 0 ? commands : [hold, ...commands];
}

describe('OpenAI’s actions', () => {
  it('are all known', () => {
    for (const action of Object.values(EVERY))
      assert.equal(isOfficial(OpenAIAction.parse(action)), action.type);
  });

  it('become commands at the screen’s size', () => {
    const at = { x: 20, y: 40 };
    assert.deepEqual(planned(EVERY.click, HALF), [['left_click', at]]);
    assert.deepEqual(planned({ ...EVERY.click, button: 'right' }, HALF), [['right_click', at]]);
    assert.deepEqual(planned({ ...EVERY.click, button: 'wheel' }, HALF), [['middle_click', at]]);
    assert.deepEqual(planned(EVERY.double_click, HALF), [['double_click', at]]);
    assert.deepEqual(planned(EVERY.move, HALF), [['move_cursor', at]]);
    assert.deepEqual(planned(EVERY.drag, HALF), [['drag', { path: [[20, 40], [60, 80]] }]]); // prettier-ignore
    assert.deepEqual(planned(EVERY.type), [['type_text', { text: 'ñ' }]]);
    assert.deepEqual(planned(EVERY.wait), [['wait', { duration: 2 }]]);
    assert.equal(openaiPlan(EVERY.screenshot, SAME).shows, 'screen');
  });

  it('go back and forward as browsers do', () => {
    assert.deepEqual(planned({ ...EVERY.click, button: 'back' }), [
      ['move_cursor', AT],
      ['hotkey', { keys: ['alt', 'Left'] }],
    ]);
    assert.deepEqual(planned({ ...EVERY.click, button: 'forward' })[1], [
      'hotkey',
      { keys: ['alt', 'Right'] },
    ]);
  });

  it('scroll in notches, down where the model says down', () => {
    assert.deepEqual(planned(EVERY.scroll), [['scroll', { ...AT, scroll_x: 0, scroll_y: -2 }]]);
    assert.deepEqual(planned({ ...EVERY.scroll, scroll_x: -10, scroll_y: 0 }), [
      ['scroll', { ...AT, scroll_x: -1, scroll_y: 0 }],
    ]);
  });

  it('name keys as keys, not as capital letters, and hold them', () => {
    assert.deepEqual(planned(EVERY.keypress), [['hotkey', { keys: ['CTRL', 'c'] }]]);
    assert.deepEqual(planned({ type: 'keypress', keys: ['ENTER'] }), [['press_key', { key: 'ENTER' }]]);
    for (const action of [EVERY.click, EVERY.double_click, EVERY.drag, EVERY.move, EVERY.scroll]) {
      assert.deepEqual(planned({ ...action, keys: ['CTRL', 'SHIFT'] })[0], ['CTRL', 'SHIFT']);
    }
  });

  it('are refused where a field is wrong', () => {
    assert.throws(() => openaiPlan({ type: 'fly' }, SAME), { code: 'bad_params' });
    assert.throws(() => openaiPlan({ type: 'click', x: 1 }, SAME), { code: 'bad_params', message: /y/ });
    assert.throws(() => openaiPlan({ type: 'drag', path: [] }, SAME), { code: 'bad_params' });
    assert.throws(() => openaiPlan({ ...EVERY.click, x: 5000 }, SAME), { code: 'out_of_screen' });
  });
});
