// What an agent waits for when it traces into a file: emit() of small events, and emitSnapshot() with many elements and an image.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Snapshot } from '../protocol/snapshot/snapshot.ts';
import { JsonlTraceSink } from '../sdk/agent-tracing/sinks/jsonl-sink.ts';
import { TraceSink, type TraceEvent } from '../sdk/agent-tracing/sinks/sink.ts';
import { Tracer } from '../sdk/agent-tracing/tracer.ts';
import type { Report } from './report.ts';
import type { BenchServer } from './server.ts';
import { statsOf } from './stats.ts';

const SAMPLES = 2000;

export async function benchTracing(_server: BenchServer, report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-bench-'));
  try {
    const timed = new TimedSink(new JsonlTraceSink(join(folder, 'trace.jsonl')));
    const tracer = new Tracer('bench', timed);
    const usage = { prompt_tokens: 1523, completion_tokens: 12, total_tokens: 1535 };
    await emitEach(() => tracer.emit('llm_called', { response_text: 'CLICK(42)', usage }, 'step-1'));
    row(report, 'trace event to a file', timed.take());
    const snapshot = manyElements(200);
    await emitEach(() => tracer.emitSnapshot(snapshot, 'step-1'), 200);
    row(report, 'snapshot of 200 elements and 100 KB to a file', timed.take());
    await tracer.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function emitEach(emit: () => void, count = SAMPLES): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    emit();
    // An agent does other things in between; what is written a moment later must not be timed with the next event.
    await turn();
  }
}

function row(report: Report, what: string, samples: number[]): void {
  const { p50, p99, samples: count } = statsOf(samples);
  const micro = (ms: number): string => `${(ms * 1000).toFixed(1)} µs`;
  report.row(what, micro(p50), micro(p99), String(count), '< 10 µs');
}

/** Times what the sink adds to its caller. */
class TimedSink extends TraceSink {
  readonly #inner: TraceSink;
  #samples: number[] = [];

  constructor(inner: TraceSink) {
    super();
    this.#inner = inner;
  }

  override emit(event: TraceEvent): void {
    const from = performance.now();
    void this.#inner.emit(event);
    this.#samples.push(performance.now() - from);
  }

  override close(): Promise<void> {
    return this.#inner.close();
  }

  /** Without the first ones, in which the code is still compiled. */
  take(): number[] {
    const samples = this.#samples.slice(50);
    this.#samples = [];
    return samples;
  }
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
