// A gesture that was under way when nobody was there any more to see its end: what it was as far as it came.
import type { MaskRule } from '../../protocol/privacy/rules.ts';
import type { Gesture, GestureBegin, GestureMethod } from './gesture.ts';
import type { InputEvent } from './input-event.ts';
import { GestureReducer } from './reducer.ts';

export interface Unfinished {
  readonly gesture: Gesture;
  /** Why its keys are not known, and so not among the arguments. */
  readonly rule: MaskRule | undefined;
}

/** The arguments that hold keys, without any. */
const KEYLESS: Partial<Record<GestureMethod, Gesture['args']>> = {
  type_text: { text: '', secret: false },
  press_key: { key: '' },
  hotkey: { keys: [] },
};

/**
 * `events`: its own, in order. Undefined where they are not those of one gesture that has not ended. `hidden`: why its keys
 * are not to be told, though the events have them.
 */
export function unfinishedGesture(
  begin: GestureBegin,
  events: readonly InputEvent[],
  hidden: MaskRule | undefined,
): Unfinished | undefined {
  const rule = keyRule(events) ?? hidden;
  if (rule !== undefined) return masked(begin.method, events, rule);
  const reducer = new GestureReducer(begin.held);
  for (const event of events) reducer.add(event);
  const ended = reducer.flush().find((step) => step.kind === 'ends');
  return ended && { gesture: ended.gesture, rule };
}

/** Why keys are not recorded. One that is masked masks them all: the others say how long it is, and where it stands. */
export function keyRule(events: readonly InputEvent[]): MaskRule | undefined {
  return events.flatMap((event) => (event.kind === 'key' ? (event.masked ?? []) : []))[0];
}

function masked(
  method: GestureMethod,
  events: readonly InputEvent[],
  rule: MaskRule,
): Unfinished | undefined {
  const args = KEYLESS[method];
  const [first] = events;
  const last = events.findLast((event) => event.kind === 'key' && event.down);
  if (!args || !first || !last) return undefined;
  return { gesture: { method, args, startedMs: first.at_ms, endedMs: last.at_ms }, rule };
}
