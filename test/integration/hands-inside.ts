// Runs inside a desktop's container, started by hands-desktop.ts: one line in is one command for the guest's hands.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createAccessibility } from '../../guest/accessibility/create.ts';
import { systemClock } from '../../guest/clock.ts';
import { provideComposeFile } from '../../guest/input/gtk-compose.ts';
import { createInput } from '../../guest/input/input.ts';
import { WindowManager } from '../../guest/windows/window-manager.ts';
import { XWindows } from '../../guest/windows/x-windows.ts';
import { openDisplay } from '../../guest/x/display.ts';
import { COMMANDS } from '../../protocol/commands/table.ts';
import { toDeskreelError } from '../../protocol/errors.ts';

export interface HandsRequest {
  readonly command: string;
  readonly params: unknown;
  /** Milliseconds after which the command is cancelled. */
  readonly cancelAfter?: number;
}

export interface HandsReply {
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly ms: number;
}

const display = process.env['DISPLAY'] ?? ':1';
const sessionBusAddress = process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '';
const accessibility = createAccessibility({ sessionBusAddress, display, clock: systemClock });
const other = await openDisplay(display);
const home = homedir();
await provideComposeFile(home, join(home, '.config'));
const manager = new WindowManager(new XWindows(display));
const input = await createInput({ display, accessibility, manager });

export interface KeyboardLock {
  readonly group: number;
  readonly capsLock: boolean;
}

const CORE_KEYBOARD = 0x100;
const LOCK = 2;
type LatchLockState = (device: number, ...state: (number | boolean)[]) => void;

async function lock({ group, capsLock }: KeyboardLock): Promise<void> {
  const xkb = await other.extension('xkb');
  const latchLockState = xkb['LatchLockState'] as LatchLockState;
  latchLockState(CORE_KEYBOARD, LOCK, capsLock ? LOCK : 0, true, group, 0, 0, false, 0);
  await other.ask('GetInputFocus');
}

async function execute({ command, params, cancelAfter }: HandsRequest): Promise<unknown> {
  if (command === 'release_all') return input.holdings.release('test');
  if (command === 'status') return input.status();
  if (command === 'lock') return lock(params as KeyboardLock);
  const name = command as keyof typeof input.handlers;
  const handler = input.handlers[name] as (params: unknown, call: object) => Promise<unknown>;
  const signal = cancelAfter === undefined ? new AbortController().signal : AbortSignal.timeout(cancelAfter);
  return handler(COMMANDS[name].params.parse(params), { id: 'test', session: 'test', signal });
}

for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  const reply = await execute(JSON.parse(line) as HandsRequest).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: toDeskreelError(error).toBody() }),
  );
  const answer: HandsReply = { ...reply, ms: performance.now() - began };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit();
