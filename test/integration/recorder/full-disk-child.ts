// Records on a disk of three megabytes until it is full, and prints what happened as one line of JSON.
import { join } from 'node:path';
import { TraceOptions } from '../../../protocol/tracing.ts';
import { toDeskreelError } from '../../../protocol/errors.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { callOf, CLICK, run, screenOf, SyntheticGuest } from '../../unit/recorder/synthetic-guest.ts';
import { errorOf, fill, giveRoom, noise } from './small-disk.ts';

/** Their replies take more than the last page that the journal has. */
const OPEN_CALLS = 40;

const [disk = ''] = process.argv.slice(2);
const store = await openTraceStore({ data: join(disk, 'data'), clock: systemClock, log: silentLog });
const guest = new SyntheticGuest(await screenOf(0));
const desktop = { id: 'd-full', name: 'full' };
// Without the flight recorder, which would give room.
const parts = {
  desktop,
  record: 'on-demand',
  store,
  port: guest,
  clock: systemClock,
  log: silentLog,
} as const;
const recorder = createRecorder({ ...parts, captureWaitMs: 200 });
guest.listener = recorder;

async function clickUntilRefused(): Promise<{ answered: number; refusal: string }> {
  for (let answered = 0; ; answered += 1) {
    const leadsTo = await noise();
    const refusal = errorOf(() => run(recorder, guest, { ...CLICK, leadsTo }));
    if (refusal !== 'none') return { answered, refusal };
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (answered === 10) await fill(disk);
  }
}

const started = await recorder.start(TraceOptions.parse({}));
const first = await clickUntilRefused();
await giveRoom(disk);
const again = errorOf(() => run(recorder, guest, CLICK));
const open = Array.from({ length: OPEN_CALLS }, () => callOf(CLICK));
for (const call of open) recorder.onCall(call);
await fill(disk);
const outcome = { success: true, result: {}, error: undefined, durationMs: 1, image: undefined };
const replies = open.map((call) => errorOf(() => recorder.onReply(call, outcome)));
const nextCall = errorOf(() => recorder.onCall(callOf(CLICK)));
const stopped = await recorder.stop();
await fill(disk);
const start = await recorder.start(TraceOptions.parse({})).then(
  () => 'none',
  (error: unknown) => toDeskreelError(error).code,
);
await giveRoom(disk);
const { bytes } = await store.archive(started.trace_id);
const { dir } = await store.open(started.trace_id);
await recorder.close();
await store.close();
const results = {
  first,
  again,
  replies,
  nextCall,
  start,
  state: stopped.state,
  summary: stopped.summary,
  bytes,
  dir,
};
process.stdout.write(`RESULT ${JSON.stringify(results)}\n`);
