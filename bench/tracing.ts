// What an agent waits for when it traces into a file: emit() of small events, and emitSnapshot() with many elements and an image.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Snapshot } from '../protocol/snapshot/snapshot.ts';
import { JsonlTraceSink } from '../sdk/agent-tracing/sinks/jsonl-sink.ts';
import { Tracer } from '../sdk/agent-tracing/tracer.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { statsOf } from './stats.ts';

const SAMPLES = 2000;
/** The first ones, in which the code is still compiled, are left out. */
const WARM = 50;

export async function benchTracing(_server: BenchServer, report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-bench-'));
  try {
    const tracer = new Tracer('bench', new JsonlTraceSink(join(folder, 'trace.jsonl')));
    const usage = { prompt_tokens: 1523, completion_tokens: 12, total_tokens: 1535 };
    const event = (): void => tracer.emit('llm_called', { response_text: 'CLICK(42)', usage }, 'step-1');
    row(report, 'emit() of an event, to a file', await timed(event));
    for (const count of [50, 200]) {
      const snapshot = manyElements(count);
      const samples = await timed(() => tracer.emitSnapshot(snapshot, 'step-1'), 500);
      row(report, `emitSnapshot() of ${count} elements and 100 KB, to a file`, samples);
    }
    await tracer.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What each call takes from its caller. */
async function timed(emit: () => void, count = SAMPLES): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count + WARM; index += 1) {
    const from = performance.now();
    emit();
    samples.push(performance.now() - from);
    // An agent does other things in between; what is written a moment later must not be timed with the next event.
    await turn();
  }
  return samples.slice(WARM);
}

function row(report: Report, what: string, samples: number[]): void {
  const { p50, p99, samples: count } = statsOf(samples);
  const micro = (ms: number): string => `${(ms * 1000).toFixed(1)} µs`;
  report.row(what, micro(p50), micro(p99), String(count), '< 10 µs');
}

function manyElements(count: number): Snapshot {
  const elements = Array.from({ length: count }, (_, id) => ({
    id,
    role: 'push button',
    text: `Button ${id}`,
    importance: id,
    bbox: { x: id, y: id, width: 80, height: 30 },
    visual_cues: { is_primary: false, is_clickable: true },
    in_viewport: true,
    is_occluded: false,
    z_index: 1,
  }));
  return { url: 'desktop://bench', elements, screenshot: randomBytes(75_000).toString('base64') };
}
