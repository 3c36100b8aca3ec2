// A process that records until it is killed: every acknowledged command's id goes to standard output, one a line.
// Arguments: the data folder, and `record` or `recover`.
import { writeSync } from 'node:fs';
import { TraceOptions } from '../../../protocol/tracing.ts';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder } from '../../../server/recorder/recorder.ts';
import { openTraceStore } from '../../../server/recorder/traces-store.ts';
import { CLICK, run, screenOf, SyntheticGuest } from './synthetic-guest.ts';

const COMMANDS_A_TRACE = 25;

const [data = '', mode = 'record'] = process.argv.slice(2);
const store = await openTraceStore({ data, clock: systemClock, log: silentLog });

async function record(): Promise<never> {
  const guest = new SyntheticGuest(await screenOf(0));
  const desktop = { id: 'd-child', name: 'child' };
  const parts = {
    desktop,
    record: 'always',
    store,
    port: guest,
    clock: systemClock,
    log: silentLog,
  } as const;
  const recorder = createRecorder(parts);
  guest.listener = recorder;
  for (let screen = 1; ;) {
    await recorder.start(TraceOptions.parse({ accessibility_tree: true }));
    for (let count = 0; count < COMMANDS_A_TRACE; count += 1, screen += 1) {
      const leadsTo = await screenOf(screen);
      const { callId, late } = run(recorder, guest, { ...CLICK, leadsTo, hold: true });
      writeSync(1, `${callId}\n`);
      late();
    }
    await recorder.stop();
    writeSync(1, 'stopped\n');
  }
}

if (mode === 'record') await record();
await store.recover();
await store.close();
