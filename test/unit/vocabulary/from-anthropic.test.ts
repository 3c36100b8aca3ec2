// Anthropic's computer actions as commands, against the names and types of the official package.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  BetaComputerMemberName,
  BetaComputerToolUseBlock,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { BETA_COMPUTER_MEMBER_NAME_VALUES } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import {
  ANTHROPIC_ACTIONS,
  ANTHROPIC_VERSIONS,
  anthropicPlan,
  type AnthropicActionName,
} from '../../../protocol/vocabulary/from-anthropic.ts';
import type { ActionPlan } from '../../../protocol/vocabulary/plan.ts';
import { scalingFor, unscaled } from '../../../protocol/vocabulary/scaling.ts';

const SAME = unscaled({ width: 1280, height: 800 });
/** 2 to 1. */
const HALF = { screen: { width: 2048, height: 1536 }, model: { width: 1024, height: 768 } };

type InputOf<N extends BetaComputerMemberName> = Extract<BetaComputerToolUseBlock, { name: N }>['input'];

/** Checked by the official types: an input that they do not have does not compile. */
function planned<N extends BetaComputerMemberName>(name: N, input: InputOf<N>, scaling = SAME): unknown[] {
  return flat(anthropicPlan(name, input, scaling));
}

function flat({ hold, steps }: ActionPlan): unknown[] {
  const commands = steps.map(({ command, params }) => [command, params]);
  return hold.length === 0 ? commands : [hold, ...commands];
}

describe('Anthropic’s actions', () => {
  it('are those of the official package', () => {
    const names: readonly AnthropicActionName[] = BETA_COMPUTER_MEMBER_NAME_VALUES;
    assert.deepEqual([...ANTHROPIC_ACTIONS].sort(), [...names].sort());
    assert.equal(ANTHROPIC_VERSIONS['20241022'].length, 10);
    assert.equal(ANTHROPIC_VERSIONS['20250124'].length, 16);
  });

  it('press keys in xdotool’s syntax', () => {
    assert.deepEqual(planned('key', { text: 'Return' }), [['press_key', { key: 'Return' }]]);
    assert.deepEqual(planned('key', { text: 'ctrl+s' }), [['hotkey', { keys: ['ctrl', 's'] }]]);
    assert.deepEqual(planned('key', { text: 'ctrl++' }), [['hotkey', { keys: ['ctrl', '+'] }]]);
    assert.deepEqual(planned('key', { text: '+' }), [['press_key', { key: '+' }]]);
    assert.deepEqual(planned('key', { text: 'Page Down' }), [['press_key', { key: 'Page Down' }]]);
    assert.deepEqual(planned('key', { text: 'ctrl+a Delete' }), [
      ['hotkey', { keys: ['ctrl', 'a'] }],
      ['press_key', { key: 'Delete' }],
    ]);
    assert.equal(planned('key', { text: 'Down', repeat: 3 }).length, 3);
    assert.deepEqual(planned('hold_key', { text: 'shift', duration: 1.5 }), [
      ['hold_key', { key: 'shift', duration: 1.5 }],
    ]);
    assert.deepEqual(planned('type', { text: 'a\nñ' }), [['type_text', { text: 'a\nñ' }]]);
  });

  it('click where they say or where the pointer is, with keys held', () => {
    for (const name of [
      'left_click',
      'right_click',
      'middle_click',
      'double_click',
      'triple_click',
    ] as const) {
      assert.deepEqual(planned(name, { coordinate: [10, 20] }, HALF), [[name, { x: 20, y: 40 }]]);
      assert.deepEqual(planned(name, {}), [[name, {}]]);
      const held = planned(name, { coordinate: [1, 2], text: 'ctrl+shift' });
      assert.deepEqual(held, [
        ['ctrl', 'shift'],
        [name, { x: 1, y: 2 }],
      ]);
    }
    assert.deepEqual(flat(anthropicPlan('left_click', { coordinate: [1, 2], key: 'alt' }, SAME))[0], ['alt']);
  });

  it('move, drag, hold the button and scroll', () => {
    assert.deepEqual(planned('mouse_move', { coordinate: [5, 6] }), [['move_cursor', { x: 5, y: 6 }]]);
    assert.deepEqual(planned('left_click_drag', { start_coordinate: [1, 2], coordinate: [3, 4] }, HALF), [
      ['drag', { path: [[2, 4], [6, 8]] }],
    ]); // prettier-ignore
    assert.deepEqual(flat(anthropicPlan('left_click_drag', { coordinate: [3, 4] }, SAME, '20241022')), [
      ['drag_to', { x: 3, y: 4 }],
    ]);
    assert.deepEqual(planned('left_mouse_down', {}), [['mouse_down', { button: 'left' }]]);
    assert.deepEqual(planned('left_mouse_up', {}), [['mouse_up', { button: 'left' }]]);
    const scroll = { scroll_amount: 3, coordinate: [7, 8] };
    const amounts = {
      up: { scroll_y: 3 },
      down: { scroll_y: -3 },
      left: { scroll_x: -3 },
      right: { scroll_x: 3 },
    };
    for (const direction of ['up', 'down', 'left', 'right'] as const) {
      const steps = planned('scroll', { ...scroll, scroll_direction: direction });
      assert.deepEqual(steps, [['scroll', { x: 7, y: 8, ...amounts[direction] }]]);
    }
    assert.deepEqual(planned('scroll', { scroll_amount: 2, scroll_direction: 'left', text: 'shift' }), [
      ['shift'],
      ['scroll_direction', { direction: 'left', clicks: 2 }],
    ]);
  });

  it('look at the screen', () => {
    assert.equal(anthropicPlan('screenshot', {}, SAME).shows, 'screen');
    assert.equal(anthropicPlan('cursor_position', {}, SAME).shows, 'position');
    assert.deepEqual(planned('wait', { duration: 2 }), [['wait', { duration: 2 }]]);
    assert.deepEqual(planned('zoom', { region: [512, 384, 1024, 768] }, HALF), [
      ['zoom', { region: [1024, 768, 2048, 1536] }],
    ]);
  });

  it('are refused where the version lacks them or a field is wrong, and say so', () => {
    const refusals: [string, unknown, RegExp][] = [
      ['zoom', { region: [0, 0, 1, 1] }, /computer_20250124 has no action zoom; it has key/],
      ['mouse_move', {}, /coordinate/],
      ['scroll', { scroll_direction: 'away', scroll_amount: 1 }, /scroll_direction/],
      ['key', { text: '' }, /text/],
      ['fly', {}, /no action fly/],
    ];
    for (const [name, input, message] of refusals) {
      assert.throws(() => anthropicPlan(name, input, SAME, '20250124'), { code: 'bad_params', message });
    }
    const scaling = scalingFor({ width: 1920, height: 1080 });
    assert.throws(() => anthropicPlan('left_click', { coordinate: [1900, 5] }, scaling), {
      code: 'out_of_screen',
    });
  });
});
