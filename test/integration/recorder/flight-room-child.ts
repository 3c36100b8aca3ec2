// Fills a small disk with what nobody asked to be recorded, then traces on it, and prints what became of it as one line of
// JSON. Argument: the disk.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TraceOptions } from '../../../protocol/tracing.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { bytesIn } from '../../../server/recorder/trace-info.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { faultText } from '../../../trace/verify/fault.ts';
import { openTraceFiles } from '../../../trace/files/trace-files.ts';
import { verifyTrace } from '../../../trace/verify/verify.ts';
import { CLICK, run, screenOf, SyntheticGuest } from '../../unit/recorder/synthetic-guest.ts';
import { errorOf, noise } from './small-disk.ts';

/** Twice what fits on the disk. */
const UNASKED = 60;

const [disk = ''] = process.argv.slice(2);
const data = join(disk, 'data');
const store = await openTraceStore({ data, clock: systemClock, log: silentLog });
const guest = new SyntheticGuest(await screenOf(0));
const desktop = { id: 'd-room', name: 'room' };
const parts = { desktop, record: 'always', store, port: guest, clock: systemClock, log: silentLog } as const;
const flightLimits = { ageMs: 3_600_000, bytes: 1e9, segmentMs: 3_600_000, segmentBytes: 400_000 };
const recorder = createRecorder({ ...parts, captureWaitMs: 200, flightLimits });
guest.listener = recorder;
const flight = store.flightRoot(desktop.id);

let last = '';
async function click(): Promise<string> {
  const leadsTo = await noise();
  const refusal = errorOf(() => {
    last = run(recorder, guest, { ...CLICK, leadsTo }).callId;
  });
  await pause(10);
  return refusal;
}

const unasked: string[] = [];
for (let count = 0; count < UNASKED; count += 1) unasked.push(await click());
const segments = (await readdir(flight)).sort();
const newest = await readFile(join(flight, segments.at(-1) ?? '', 'events.jsonl'), 'utf8');
const kept = newest.includes(last);

let traceId = '';
const start = await recorder.start(TraceOptions.parse({})).then(
  (info) => {
    traceId = info.trace_id;
    return 'none';
  },
  (error: unknown) => String(error),
);
let traced = 0;
let refusal = await click();
for (; refusal === 'none'; refusal = await click()) traced += 1;
const left = await bytesIn(flight);
await recorder.stop();
const { dir } = await store.open(traceId);
await using files = await openTraceFiles(dir);
const { faults } = await verifyTrace(files);
const found = { unasked, segments: segments.length, newest: kept, start, traced, refusal, left };
process.stdout.write(`RESULT ${JSON.stringify({ ...found, faults: faults.map(faultText) })}\n`);
await recorder.close();
await store.close();
