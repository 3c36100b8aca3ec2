// Types text so that it arrives as it is: in chunks, each read before keycodes are lent to other characters.
import { finisherOf } from './gtk-compose.ts';
import type { Keyboard } from './keyboard.ts';
import type { Reading } from './reading.ts';
import type { Stroke } from './strokes.ts';
import { tokensOf, type Token } from './text.ts';
import type { FakeEvent } from './xtest.ts';

/** Keys sent before the programs are asked whether they have read them: bounds what waits in their queues. */
const MAX_CHUNK = 200;

/** Resolves when the text has been read by the program that has the focus. Stops between two chunks when aborted. */
export async function typeText(
  text: string,
  keyboard: Keyboard,
  reading: Reading,
  signal: AbortSignal,
): Promise<void> {
  const tokens = tokensOf(text).flatMap(withFinisher);
  if (tokens.length === 0) return;
  await makeCurrent(keyboard, reading);
  for (let at = 0; at < tokens.length;) {
    signal.throwIfAborted();
    const plan = await keyboard.planText(tokens, at, MAX_CHUNK);
    if (plan.bindings.length > 0) {
      keyboard.bind(plan);
      await reading.mapKnown();
    }
    keyboard.send(keyEvents(plan.strokes, keyboard.shiftKeycode, keyboard.held.has(keyboard.shiftKeycode)));
    at = plan.next;
    await reading.caughtUp();
  }
}

function withFinisher(token: Token): Token[] {
  const finisher = token.kind === 'character' ? finisherOf(token.codePoint) : undefined;
  return finisher === undefined ? [token] : [token, { kind: 'key', keysym: finisher }];
}

/**
 * Taps Shift. Programs read the keyboard map anew when another keyboard begins to speak (a viewer's, before), and may
 * lose the key that they read it for.
 */
export async function makeCurrent(keyboard: Keyboard, reading: Reading): Promise<void> {
  await reading.begin();
  if (!keyboard.held.has(keyboard.shiftKeycode)) {
    keyboard.send([
      { type: 'keyPress', detail: keyboard.shiftKeycode },
      { type: 'keyRelease', detail: keyboard.shiftKeycode },
    ]);
  }
  await Promise.all([reading.caughtUp(), reading.mapKnown()]);
}

/** Presses and releases, with Shift down over those that want it, and as it was (`shiftHeld`) at the end. */
export function keyEvents(strokes: readonly Stroke[], shiftKeycode: number, shiftHeld: boolean): FakeEvent[] {
  const events: FakeEvent[] = [];
  let isDown = shiftHeld;
  const shift = (wanted: boolean): void => {
    if (wanted !== isDown) events.push({ type: wanted ? 'keyPress' : 'keyRelease', detail: shiftKeycode });
    isDown = wanted;
  };
  for (const stroke of strokes) {
    shift(stroke.shift);
    events.push({ type: 'keyPress', detail: stroke.keycode }, { type: 'keyRelease', detail: stroke.keycode });
  }
  shift(shiftHeld);
  return events;
}
