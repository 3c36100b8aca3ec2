// A recorder on a folder of its own with a synthetic guest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TraceOptions, type TraceOptionsInput } from '../../../protocol/tracing.ts';
import { systemClock, type Clock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { createRecorder, type RecorderParts, type TraceRecorder } from '../../../server/recorder/recorder.ts';
import { openTraceStore, type TraceStore } from '../../../server/recorder/traces-store.ts';
import { screenOf, SyntheticGuest } from './synthetic-guest.ts';

export interface Bench extends AsyncDisposable {
  readonly data: string;
  readonly store: TraceStore;
  readonly guest: SyntheticGuest;
  readonly recorder: TraceRecorder;
  start(options?: TraceOptionsInput): Promise<string>;
}

export const DESKTOP = { id: 'd-1', name: 'one', image: 'deskreel/xfce:latest', resolution: '64x40' };

export async function bench(
  overrides: Partial<RecorderParts> = {},
  clock: Clock = systemClock,
): Promise<Bench> {
  const data = await mkdtemp(join(tmpdir(), 'deskreel-recorder-'));
  const store = await openTraceStore({ data, clock, log: silentLog });
  const guest = new SyntheticGuest(await screenOf(0));
  const parts = { desktop: DESKTOP, record: 'always', store, port: guest, clock, log: silentLog } as const;
  const recorder = createRecorder({ ...parts, ...overrides });
  guest.listener = recorder;
  return {
    data,
    store,
    guest,
    recorder,
    start: async (options = {}) => (await recorder.start(TraceOptions.parse(options))).trace_id,
    [Symbol.asyncDispose]: async () => {
      await recorder.close();
      await store.close();
      await rm(data, { recursive: true });
    },
  };
}
