// Puts a desktop together from its record: link, recorder, dispatcher. Nothing is asked of the engine here.
import type { DesktopState } from '../../protocol/desktop.ts';
import type { Clock } from '../clock.ts';
import { GuestLink } from '../commands/guest-link.ts';
import type { ContainerDriver } from '../containers/driver.ts';
import type { Log } from '../log.ts';
import type { CommandMetrics } from '../metrics/command-metrics.ts';
import { createRecorder } from '../recorder/recorder.ts';
import type { TraceStore } from '../recorder/traces-store.ts';
import type { RequestStore } from '../requests/request-store.ts';
import { Desktop } from './desktop.ts';
import type { DesktopRecord } from './record-store.ts';

export interface AssembleParts {
  driver: ContainerDriver;
  clock: Clock;
  traces: TraceStore;
  requests: RequestStore;
  log: Log;
  metrics: CommandMetrics;
}

export function assemble(parts: AssembleParts, record: DesktopRecord, state: DesktopState): Desktop {
  const { id, name, image, spec } = record;
  const facts = { id, name, image, resolution: spec.resolution };
  const url = async (): Promise<string> => {
    const { host, port } = await parts.driver.address(id);
    return `ws://${host}:${port}`;
  };
  const link = new GuestLink({ url, token: record.guestToken }, parts.clock);
  const recorder = createRecorder({
    desktop: facts,
    record: spec.record,
    privacy: spec.privacy,
    store: parts.traces,
    port: link,
    clock: parts.clock,
    log: parts.log.child({ desktop: id }),
  });
  link.listen(recorder);
  const sessions = parts.requests.sessionsOf(record, () => recorder.hiders);
  parts.traces.attach(id, sessions);
  return new Desktop({ record, link, recorder, sessions, watchers: [parts.metrics] }, state);
}
