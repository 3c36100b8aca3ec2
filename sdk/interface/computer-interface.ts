// A computer's interface: one method for each command of the table.
import { browserMethods, type BrowserMethods } from './browser.ts';
import { callThrough, type CommandCarrier } from './call.ts';
import { clipboardMethods, type ClipboardMethods } from './clipboard.ts';
import { elementMethods, type ElementMethods } from './elements.ts';
import { fileMethods, type FileMethods } from './files.ts';
import { keyboardMethods, type KeyboardMethods } from './keyboard.ts';
import { pointerMethods, type PointerMethods } from './pointer.ts';
import { processMethods, type ProcessMethods } from './process.ts';
import { ptyMethods, type PtyMethods } from './pty.ts';
import { screenMethods, type ScreenMethods } from './screen.ts';
import { scrollMethods, type ScrollMethods } from './scroll.ts';
import { systemMethods, type SystemMethods } from './system.ts';
import { windowMethods, type WindowMethods } from './windows.ts';

/**
 * Every method throws a DeskreelError with a `code` where the desktop or the server says no. Arguments are positional;
 * the last one may hold call options: `timeoutMs`, `signal`, `stepId`. Fields of answers are in camelCase.
 */
export interface ComputerInterface
  extends
    PointerMethods,
    ScrollMethods,
    KeyboardMethods,
    ScreenMethods,
    ClipboardMethods,
    ProcessMethods,
    FileMethods,
    PtyMethods,
    SystemMethods,
    WindowMethods,
    ElementMethods,
    BrowserMethods {}

/** `carrier` throws where no desktop is connected. */
export function createInterface(carrier: () => CommandCarrier): ComputerInterface {
  const call = callThrough(carrier);
  return {
    ...pointerMethods(call),
    ...scrollMethods(call),
    ...keyboardMethods(call),
    ...screenMethods(call),
    ...clipboardMethods(call),
    ...processMethods(call),
    ...fileMethods(call),
    ...ptyMethods(call),
    ...systemMethods(call),
    ...windowMethods(call),
    ...elementMethods(call),
    ...browserMethods(call),
  };
}
