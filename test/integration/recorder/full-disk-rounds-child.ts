// Fills a small disk again and again in the middle of one trace, and prints what became of it as one line of JSON.
// Arguments: the disk, how often, a seed.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TraceOptions } from '../../../protocol/tracing.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { faultText } from '../../../trace/verify/fault.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { seededRandom } from '../../support/random.ts';
import { CLICK, run, screenOf, SyntheticGuest } from '../../unit/recorder/synthetic-guest.ts';
import { errorOf, fill, giveRoom } from './small-disk.ts';

const [disk = '', rounds = '', seed = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const store = await openTraceStore({ data: join(disk, 'data'), clock: systemClock, log: silentLog });
const guest = new SyntheticGuest(await screenOf(0));
const desktop = { id: 'd-full', name: 'full' };
const parts = { desktop, record: 'always', store, port: guest, clock: systemClock, log: silentLog } as const;
const recorder = createRecorder({ ...parts, captureWaitMs: 200 });
guest.listener = recorder;

const answered: string[] = [];
const refusals: string[] = [];
let screen = 0;

async function click(): Promise<string> {
  screen += 1;
  const leadsTo = await screenOf(screen);
  return errorOf(() => answered.push(run(recorder, guest, { ...CLICK, leadsTo }).callId));
}

const { trace_id: id } = await recorder.start(TraceOptions.parse({}));
for (let round = 0; round < Number(rounds); round += 1) {
  for (let left = 1 + Math.floor(random() * 10); left > 0; left -= 1) refusals.push(await click());
  await fill(disk);
  await pause(random() * 20);
  let refusal = await click();
  for (let tries = 0; refusal === 'none' && tries < 500; tries += 1) refusal = await click();
  refusals.push(refusal);
  await giveRoom(disk);
  await pause(20);
}
const { state } = await recorder.stop();
const { path } = await store.archive(id);
const opened = await store.open(id);
const recorded = new Set<string>();
for await (const entry of opened.entries()) {
  if (entry.kind === 'row' && entry.row.type === 'reply') recorded.add(entry.row.data.call_id);
}
await using files = await openTraceFiles(path);
const { faults } = await verifyTrace(files);
const missing = answered.filter((callId) => !recorded.has(callId));
const counts: Record<string, number> = {};
for (const refusal of refusals) counts[refusal] = (counts[refusal] ?? 0) + 1;
const results = {
  state,
  answered: answered.length,
  missing,
  refusals: counts,
  faults: faults.map(faultText),
};
process.stdout.write(`RESULT ${JSON.stringify(results)}\n`);
await recorder.close();
await store.close();
