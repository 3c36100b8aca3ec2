// What a viewer sent, without saying which key it was.
import type { InputEvent } from '../../../trace/gestures/input-event.ts';

export function withoutKey(event: InputEvent): InputEvent {
  if (event.kind !== 'key' || event.keysym === undefined) return event;
  const { kind, down, at_ms } = event;
  return { kind, down, at_ms, masked: 'text' };
}
