// A disk that is full twenty times in the middle of one trace.
import { it } from 'node:test';
import { fillAgainAndAgain } from '../integration/recorder/full-disk-rounds.ts';

const TIMES = 20;
const SEED = Number(process.env['SEED'] ?? 52);

it(`a disk that is full ${TIMES} times takes no answered command with it (SEED=${SEED})`, async (t) => {
  t.diagnostic(await fillAgainAndAgain(TIMES, SEED));
});
