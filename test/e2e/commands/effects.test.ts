// Every command of the table does what it says on a real desktop. One that has no effect here does not compile.
import { after, before, describe, it } from 'node:test';
import type { CommandName } from '../../../protocol/commands/table.ts';
import { elementEffects } from './effects-elements.ts';
import { clipboardEffects, fileEffects, processEffects } from './effects-files.ts';
import { keyboardEffects } from './effects-keyboard.ts';
import { pointerEffects } from './effects-pointer.ts';
import { screenEffects } from './effects-screen.ts';
import { systemEffects } from './effects-system.ts';
import { windowEffects } from './effects-windows.ts';
import { openStage, type EffectsOf, type Stage } from './stage.ts';

const EFFECTS: EffectsOf<CommandName> = {
  ...pointerEffects,
  ...keyboardEffects,
  ...screenEffects,
  ...clipboardEffects,
  ...fileEffects,
  ...processEffects,
  ...windowEffects,
  ...elementEffects,
  ...systemEffects,
};

describe('the effect of', { timeout: 300_000 }, () => {
  let stage: Stage;
  before(async () => (stage = await openStage()));
  after(() => stage[Symbol.asyncDispose]());

  for (const [name, effect] of Object.entries(EFFECTS)) it(name, () => effect(stage));
});
