// A process that records for as long as it lives, on a disk that fails: the id of every answered command goes to standard output,
// one a line. Arguments: the data folder, and what the trace is to survive.
import { writeSync } from 'node:fs';
import { Durability, TraceOptions } from '../../../protocol/tracing.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { CLICK, run, screenOf, SyntheticGuest } from '../../unit/recorder/synthetic-guest.ts';

const [data = '', durability] = process.argv.slice(2);
const store = await openTraceStore({ data, clock: systemClock, log: silentLog });
const guest = new SyntheticGuest(await screenOf(0));
const desktop = { id: 'd-power', name: 'power' };
const parts = { desktop, record: 'always', store, port: guest, clock: systemClock, log: silentLog } as const;
const recorder = createRecorder(parts);
guest.listener = recorder;
await recorder.start(
  TraceOptions.parse({ accessibility_tree: true, durability: Durability.parse(durability) }),
);
for (let screen = 1; ; screen += 1) {
  const leadsTo = await screenOf(screen);
  const { callId } = run(recorder, guest, { ...CLICK, leadsTo });
  await recorder.durable();
  writeSync(1, `${callId}\n`);
}
