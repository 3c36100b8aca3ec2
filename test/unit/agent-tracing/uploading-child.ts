// An agent's process that traces a run and uploads it, for tests that kill it: `node uploading-child.ts <run>`, as JSON.
import { createTracer } from '../../../sdk/agent-tracing/create-tracer.ts';
import { seededRandom } from '../../support/random.ts';
import { MemoryLogger, snapshotOf, stepResult } from './setup.ts';
import { noise, type KilledRun } from './upload-kills.ts';

const { runId, apiUrl, apiKey, seed, snapshots } = JSON.parse(process.argv[2] ?? '{}') as KilledRun;
const logger = new MemoryLogger();
// An end that is killed closes its connections: nobody has to be waited out, and a busy machine may be slow.
const uploadTimes = { askMs: 60_000, quietMs: 60_000, pauseMs: 100, tries: 7 };
const options = { runId, apiUrl, apiKey, uploadTrace: true, goal: 'Survive', logger, uploadTimes };
const tracer = await createTracer(options);
const random = seededRandom(seed);
for (let step = 1; step <= snapshots; step += 1) {
  tracer.emitStepStart(`s-${step}`, step, 'go');
  tracer.emitSnapshot(snapshotOf([step], { screenshot: await noise(random) }), `s-${step}`, step);
  tracer.emitStepEnd(`s-${step}`, stepResult(true));
}
tracer.emitRunEnd(snapshots, 'success');
await tracer.close();
process.stdout.write(logger.lines.join('\n'));
