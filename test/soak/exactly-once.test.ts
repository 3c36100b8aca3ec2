// Five hundred commands over a link that is cut at random moments.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertOnce, OnceDesktop } from '../support/once-desktop.ts';
import { seededRandom } from '../support/random.ts';

const COMMANDS = 500;
const SEED = Number(process.env['SEED'] ?? 500);

it(`${COMMANDS} commands over a link that is cut each happen exactly once (SEED=${SEED})`, async (t) => {
  await using desktop = await OnceDesktop.start();
  const cuts = await assertOnce(desktop, COMMANDS, seededRandom(SEED));
  t.diagnostic(`${cuts} cuts`);
  assert.ok(cuts >= 15);
});
