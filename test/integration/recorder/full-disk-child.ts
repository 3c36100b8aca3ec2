// Records on a disk of three megabytes until it is full, and prints what happened as one line of JSON.
import { rm, statfs, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { TraceOptions } from '../../../protocol/tracing.ts';
import { frameIdOfPixels } from '../../../protocol/frame-id.ts';
import { toDeskreelError } from '../../../protocol/errors.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { isDiskFull } from '../../../server/recorder/reserve.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import {
  callOf,
  CLICK,
  run,
  screenOf,
  SyntheticGuest,
  type Screen,
} from '../../unit/recorder/synthetic-guest.ts';

/** Their replies take more than the last page that the journal has. */
const OPEN_CALLS = 40;

const [disk = ''] = process.argv.slice(2);
const filler = join(disk, 'filler');
const store = await openTraceStore({ data: join(disk, 'data'), clock: systemClock, log: silentLog });
const guest = new SyntheticGuest(await screenOf(0));
const desktop = { id: 'd-full', name: 'full' };
const parts = { desktop, record: 'always', store, port: guest, clock: systemClock, log: silentLog } as const;
const recorder = createRecorder({ ...parts, captureWaitMs: 200 });
guest.listener = recorder;

/** A picture that does not compress: about 100 kB. */
async function noise(): Promise<Screen> {
  const raw = randomBytes(256 * 128 * 3);
  const png = await sharp(raw, { raw: { width: 256, height: 128, channels: 3 } })
    .png()
    .toBuffer();
  return { frame: frameIdOfPixels({ width: 256, height: 128 }, raw), png };
}

/** Takes what room there is, to the last page: pictures may be written at the same moment. */
async function fill(): Promise<void> {
  const { blocks, bsize } = await statfs(disk);
  try {
    await writeFile(filler, randomBytes(blocks * bsize));
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

function errorOf(work: () => void): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return toDeskreelError(error).code;
  }
}

async function clickUntilRefused(): Promise<{ answered: number; refusal: string }> {
  for (let answered = 0; ; answered += 1) {
    const leadsTo = await noise();
    const refusal = errorOf(() => run(recorder, guest, { ...CLICK, leadsTo }));
    if (refusal !== 'none') return { answered, refusal };
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (answered === 10) await fill();
  }
}

const started = await recorder.start(TraceOptions.parse({}));
const first = await clickUntilRefused();
await rm(filler);
const again = errorOf(() => run(recorder, guest, CLICK));
const open = Array.from({ length: OPEN_CALLS }, () => callOf(CLICK));
for (const call of open) recorder.onCall(call);
await fill();
const outcome = { success: true, result: {}, error: undefined, durationMs: 1, image: undefined };
const replies = open.map((call) => errorOf(() => recorder.onReply(call, outcome)));
const nextCall = errorOf(() => recorder.onCall(callOf(CLICK)));
const stopped = await recorder.stop();
await fill();
const start = await recorder.start(TraceOptions.parse({})).then(
  () => 'none',
  (error: unknown) => toDeskreelError(error).code,
);
await rm(filler);
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
