// The guest's hands: every command that works pointer or keyboard, over one X connection of its own.
import { setTimeout as after } from 'node:timers/promises';
import type { CommandName, CommandResult } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { GuestStatus, Held } from '../../protocol/link.ts';
import type { Point } from '../../protocol/primitives.ts';
import { systemClock } from '../clock.ts';
import type { Handlers } from '../handlers.ts';
import type { Accessibility } from '../accessibility/accessibility.ts';
import type { WindowManager } from '../windows/window-manager.ts';
import { openDisplay, type Display } from '../x/display.ts';
import { Chords } from './chords.ts';
import { watchFocus } from './focus.ts';
import { HeldButtons, type Holdings } from './held.ts';
import { withHeldButtonsBy } from './held-pointer.ts';
import { openKeyboard, type Keyboard } from './keyboard.ts';
import { keysymsTogether } from './keys.ts';
import { liftLeftovers } from './leftovers.ts';
import { openNutPointer } from './nut-pointer.ts';
import { createPinger } from './ping.ts';
import { createPointer, type PointerHandlers } from './pointer.ts';
import type { PointerDevice } from './pointer-device.ts';
import { verifyTyped, type ReadFocused } from './readback.ts';
import { Reading } from './reading.ts';
import { STRUCTURE_NOTIFY, watchScreenBounds } from './screen-bounds.ts';
import { typeText } from './typist.ts';
import { pointerDelivered } from './pointer-delivery.ts';
import { createXTestPointer } from './xtest-pointer.ts';
import { openXTest, type Fake } from './xtest.ts';

export type KeyboardCommand = Extract<
  CommandName,
  'type_text' | 'press_key' | 'key_down' | 'key_up' | 'hold_key' | 'hotkey'
>;
export type InputHandlers = PointerHandlers & Pick<Handlers, KeyboardCommand>;

type Gap = GuestStatus['missing'][number];

export interface InputStatus {
  /** `pointer:nut` or `pointer:xtest`, and `typing:exact`. */
  readonly features: readonly string[];
  readonly gaps: readonly Gap[];
}

export interface Input {
  readonly handlers: InputHandlers;
  /** What key_down and mouse_down hold. */
  readonly holdings: Holdings;
  /** What was down when this began: an earlier run of the agent had left it, and it was lifted. */
  readonly leftovers: Held;
  /** Resolves when the programs have been given what the pointer did. */
  pointerDelivered(): Promise<void>;
  status(): InputStatus;
}

export interface InputOptions {
  /** The X display, as in `DISPLAY`. */
  readonly display: string;
  /** Reads back what was typed; without it type_text says nothing of `verified`. */
  readonly accessibility?: Pick<Accessibility, 'focusedElement'>;
  readonly manager: Pick<WindowManager, 'caughtUp'>;
}

const SUBSTRUCTURE_NOTIFY = 0x80000;

/** Rejects where the X server does not answer or lacks XTEST or XKB. */
export async function createInput(options: InputOptions): Promise<Input> {
  // Nothing else uses this connection: the order of what goes over it is what makes typing exact.
  const display = await openDisplay(options.display);
  const fake = await openXTest(display);
  const leftovers = await liftLeftovers(display, fake);
  const gaps: Gap[] = [];
  const device = await openPointer(display, fake, gaps);
  const bounds = await watchScreenBounds(display);
  const held = new HeldButtons(device);
  const keyboard = await openKeyboard(display, fake);
  const chords = new Chords(keyboard);
  const position = (): Promise<Point> => pointerPosition(display);
  const { accessibility, manager } = options;
  const pointer = createPointer({ device, bounds, held, position, manager, clock: systemClock });
  const readFocused = accessibility && ((timeoutMs?: number) => accessibility.focusedElement(timeoutMs));
  const delivered = (signal: AbortSignal): Promise<void> => pointerDelivered(display, held.buttons, signal);
  const keys = await keyHandlers({ display, keyboard, chords, readFocused, delivered });
  display.tell('ChangeWindowAttributes', display.root, { eventMask: STRUCTURE_NOTIFY | SUBSTRUCTURE_NOTIFY });
  return {
    handlers: { ...pointer, ...keys },
    holdings: holdingsOf(held, chords),
    leftovers,
    pointerDelivered: () => delivered(new AbortController().signal),
    status: () => ({ features: [`pointer:${device.name}`, 'typing:exact'], gaps }),
  };
}

function holdingsOf(held: HeldButtons, chords: Chords): Holdings {
  return {
    isHolding: (session) => held.heldBy(session).length > 0 || chords.isHolding(session),
    release: async (session) => {
      const keys = chords.release(session);
      const buttons = held.heldBy(session);
      for (const button of buttons) await held.release(button);
      return { buttons, keys };
    },
  };
}

async function openPointer(display: Display, fake: Fake, gaps: Gap[]): Promise<PointerDevice> {
  const xtest = createXTestPointer(display, fake);
  try {
    return withHeldButtonsBy(xtest, await openNutPointer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    gaps.push({ part: 'nut.js', reason: `${reason.split('\n', 1)[0] ?? ''}; XTEST works the pointer` });
    return xtest;
  }
}

async function pointerPosition(display: Display): Promise<Point> {
  const { rootX, rootY } = await display.ask<{ rootX: number; rootY: number }>('QueryPointer', display.root);
  return { x: rootX, y: rootY };
}

interface KeyParts {
  readonly display: Display;
  readonly keyboard: Keyboard;
  readonly chords: Chords;
  readonly readFocused: ReadFocused | undefined;
  /** Resolves when the programs have been given what the pointer did: keys would overtake it. */
  readonly delivered: (signal: AbortSignal) => Promise<void>;
}

async function keyHandlers(parts: KeyParts): Promise<Pick<Handlers, KeyboardCommand>> {
  const { display, keyboard, chords, readFocused, delivered } = parts;
  const [ping, protocols, pid] = await Promise.all([
    display.ask<number>('InternAtom', false, '_NET_WM_PING'),
    display.ask<number>('InternAtom', false, 'WM_PROTOCOLS'),
    display.ask<number>('InternAtom', false, '_NET_WM_PID'),
  ]);
  const focus = watchFocus(display, { ping, protocols, pid });
  const pinger = createPinger(display, { ping, protocols });
  const faults = watchFaults(display);
  /** Runs one command's keys; ends when the X server has handled them, and tells of what it refused. */
  const worked = async (
    signal: AbortSignal,
    work: (reading: Reading) => Promise<void>,
  ): Promise<CommandResult<'press_key'>> => {
    signal.throwIfAborted();
    faults.length = 0;
    await delivered(signal);
    await work(new Reading(focus, pinger, signal));
    await display.ask('GetInputFocus');
    const [fault] = faults;
    if (fault) throw new DeskreelError('internal', 'the X server refused a key', { cause: fault });
    return {};
  };
  return {
    type_text: async ({ text }, { signal }) => {
      let before: Awaited<ReturnType<ReadFocused>>;
      await worked(signal, async (reading) => {
        before = await readFocused?.();
        await typeText(text, keyboard, reading, signal);
      });
      const verified = readFocused && (await verifyTyped(text, before, readFocused, signal));
      return verified === undefined ? {} : { verified };
    },
    press_key: ({ key }, { signal }) =>
      worked(signal, (reading) => chords.press(keysymsTogether([key]), reading)),
    hotkey: ({ keys }, { signal }) =>
      worked(signal, (reading) => chords.press(keysymsTogether(keys), reading)),
    ...holdHandlers(chords, worked),
  };
}

function holdHandlers(
  chords: Chords,
  worked: (
    signal: AbortSignal,
    work: (reading: Reading) => Promise<void>,
  ) => Promise<CommandResult<'key_down'>>,
): Pick<Handlers, 'key_down' | 'hold_key' | 'key_up'> {
  return {
    key_down: ({ key }, { session, signal }) =>
      worked(signal, (reading) => chords.hold(key, session, reading)),
    hold_key: ({ key, duration }, { session, signal }) =>
      worked(signal, async (reading) => {
        try {
          await chords.hold(key, session, reading);
          await after(duration * 1000, undefined, { signal });
        } finally {
          await chords.letGo(key);
        }
      }),
    key_up: ({ key }, { signal }) => worked(signal, () => chords.letGo(key)),
  };
}

const BAD_WINDOW = 3;

/** X errors of requests without an answer. A window that closed before its ping reached it is none. */
function watchFaults(display: Display): unknown[] {
  const faults: unknown[] = [];
  display.onError((error) => {
    if (error.error !== BAD_WINDOW) faults.push(error);
  });
  return faults;
}
