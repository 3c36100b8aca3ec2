// Every command of the table with what shows its effect. One that has none does not compile.
import type { CommandName } from '../../../protocol/commands/table.ts';
import { browserEffects } from './effects-browser.ts';
import { elementEffects } from './effects-elements.ts';
import { clipboardEffects, fileEffects, processEffects } from './effects-files.ts';
import { keyboardEffects } from './effects-keyboard.ts';
import { pointerEffects } from './effects-pointer.ts';
import { ptyEffects } from './effects-pty.ts';
import { screenEffects } from './effects-screen.ts';
import { systemEffects } from './effects-system.ts';
import { windowEffects } from './effects-windows.ts';
import type { EffectsOf } from './stage.ts';

export const EFFECTS: EffectsOf<CommandName> = {
  ...pointerEffects,
  ...keyboardEffects,
  ...screenEffects,
  ...clipboardEffects,
  ...fileEffects,
  ...processEffects,
  ...ptyEffects,
  ...windowEffects,
  ...elementEffects,
  ...systemEffects,
  // Last: its window covers the others.
  ...browserEffects,
};
