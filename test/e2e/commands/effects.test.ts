// Every command of the table does what it says on a real desktop.
import { after, before, describe, it } from 'node:test';
import { EFFECTS } from './effects-table.ts';
import { openStage, type Stage } from './stage.ts';

describe('the effect of', { timeout: 300_000 }, () => {
  let stage: Stage;
  before(async () => (stage = await openStage()));
  after(() => stage[Symbol.asyncDispose]());

  for (const [name, effect] of Object.entries(EFFECTS)) it(name, () => effect(stage));
});
