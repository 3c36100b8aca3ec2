// What people's hands did in a trace: as the raw input has it, and as the actions tell. Both are the same where each key and each
// press is in one action.
import assert from 'node:assert/strict';
import type { KnownRow, RowOf } from '../../trace/format.ts';
import { keyName, modifierOf } from '../../trace/gestures/key-name.ts';
import { rowsOf } from './saved-trace.ts';

/** Keys that went down, but for modifiers, and how often one of the three buttons did. */
export interface HandsDid {
  readonly keys: readonly string[];
  readonly presses: number;
}

/** A drag is of one press here. */
const PRESSES: Record<string, number> = {
  left_click: 1,
  right_click: 1,
  middle_click: 1,
  drag: 1,
  double_click: 2,
  triple_click: 3,
};
const BUTTON_BITS = [1, 2, 4];

export function handsGiven(rows: readonly KnownRow[], viewer: string): HandsDid {
  const events = rowsOf(rows, 'input').flatMap(({ data }) => (data.viewer === viewer ? data.events : []));
  const keys: string[] = [];
  let presses = 0;
  let buttons = 0;
  for (const event of events) {
    if (event.kind === 'key' && event.down && !modifierOf(event.keysym ?? 0))
      keys.push(event.keysym === undefined ? '?' : keyName(event.keysym));
    if (event.kind !== 'pointer') continue;
    const pressed = event.buttons & ~buttons;
    presses += BUTTON_BITS.filter((bit) => pressed & bit).length;
    buttons = event.buttons;
  }
  return { keys, presses };
}

/** A modifier by itself is left out here, too. */
export function handsTold(rows: readonly KnownRow[], viewer: string): HandsDid {
  const actions = actionsOf(rows, viewer);
  const keys = actions.flatMap(({ data: { method, args } }) => {
    const told = args as { text?: string; key?: string; keys?: string[] };
    if (method === 'type_text') return Array.from(told.text ?? '');
    if (method === 'press_key') return [told.key ?? '?'].filter((key) => key !== 'Super_L');
    return told.keys?.slice(-1) ?? [];
  });
  return { keys, presses: actions.reduce((sum, { data }) => sum + (PRESSES[data.method] ?? 0), 0) };
}

/** The calls that are recorded of what a person did. */
export function actionsOf(rows: readonly KnownRow[], viewer: string): RowOf<'call'>[] {
  return rowsOf(rows, 'call').filter(({ actor }) => actor?.kind === 'human' && actor.id === viewer);
}

/** No call of people is there twice, and each has its reply. */
export function assertAnswered(rows: readonly KnownRow[]): void {
  const calls = rowsOf(rows, 'call').flatMap(({ data }) => (data.gesture ? [data.call_id] : []));
  assert.equal(new Set(calls).size, calls.length, 'no call twice');
  const replies = rowsOf(rows, 'reply').filter(({ data }) => calls.includes(data.call_id));
  assert.deepEqual(
    replies.map(({ data }) => [data.call_id, data.success]),
    calls.map((id) => [id, true]),
  );
}
