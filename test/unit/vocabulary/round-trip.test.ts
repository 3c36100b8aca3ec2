// Recorded commands as models' actions, and those as commands again: the way there and back is the way itself.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { actionOf } from '../../../protocol/vocabulary/action.ts';
import { anthropicActions } from '../../../protocol/vocabulary/anthropic.ts';
import { anthropicPlan } from '../../../protocol/vocabulary/from-anthropic.ts';
import { openaiPlan } from '../../../protocol/vocabulary/from-openai.ts';
import { openaiActions } from '../../../protocol/vocabulary/openai.ts';
import type { ActionPlan } from '../../../protocol/vocabulary/plan.ts';
import { unscaled } from '../../../protocol/vocabulary/scaling.ts';

const SAME = unscaled({ width: 1280, height: 800 });
const AT = { x: 10, y: 20 };
type Commands = [string, object][];

const commandsOf = ({ steps }: ActionPlan): Commands => steps.map(({ command, params }) => [command, params]);

function viaAnthropic(command: string, params: object): Commands {
  const action = actionOf(command, params);
  assert.ok(action, command);
  return anthropicActions(action).flatMap(({ action: name, ...input }) =>
    commandsOf(anthropicPlan(name, input, SAME)),
  );
}

function viaOpenAI(command: string, params: object): Commands {
  const action = actionOf(command, params);
  assert.ok(action, command);
  return openaiActions(action).flatMap((each) => commandsOf(openaiPlan(each, SAME)));
}

/** As they were recorded: validated, with their defaults. */
const BOTH: [command: string, recorded: object, again: object][] = [
  ['left_click', { ...AT, button: 'left' }, AT],
  ['right_click', AT, AT],
  ['middle_click', AT, AT],
  ['double_click', AT, AT],
  ['move_cursor', AT, AT],
  ['drag', { path: [[1, 2], [3, 4]], button: 'left', duration: 0.5 }, { path: [[1, 2], [3, 4]] }],
  ['type_text', { text: 'ñ 漢\n', secret: false }, { text: 'ñ 漢\n' }],
  ['press_key', { key: 'F5' }, { key: 'F5' }],
  ['wait', { duration: 2 }, { duration: 2 }],
]; // prettier-ignore

describe('recorded commands', () => {
  it('come back by way of either tool', () => {
    for (const [command, recorded, again] of BOTH) {
      assert.deepEqual(viaAnthropic(command, recorded), [[command, again]]);
      assert.deepEqual(viaOpenAI(command, recorded), [[command, again]]);
    }
  });

  it('come back by Anthropic’s tool where OpenAI’s has nothing', () => {
    assert.deepEqual(viaAnthropic('triple_click', AT), [['triple_click', AT]]);
    assert.deepEqual(viaAnthropic('mouse_down', { button: 'left' }), [['mouse_down', { button: 'left' }]]);
    assert.deepEqual(viaAnthropic('hotkey', { keys: ['ctrl', 'shift', 't'] }), [
      ['hotkey', { keys: ['ctrl', 'shift', 't'] }],
    ]);
    const held = { key: 'shift', duration: 2 };
    assert.deepEqual(viaAnthropic('hold_key', held), [['hold_key', held]]);
    const clicks = viaOpenAI('triple_click', AT).map(([command]) => command);
    assert.deepEqual(clicks, ['double_click', 'left_click']);
  });

  it('scroll on both axes, by two actions of Anthropic’s', () => {
    const scroll = { ...AT, scroll_x: -1, scroll_y: 2 };
    assert.deepEqual(viaOpenAI('scroll', scroll), [['scroll', scroll]]);
    assert.deepEqual(viaAnthropic('scroll', scroll), [
      ['scroll', { ...AT, scroll_y: 2 }],
      ['scroll', { ...AT, scroll_x: -1 }],
    ]);
  });
});
