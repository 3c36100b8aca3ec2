// What the tests of tracing share.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot, SnapshotElement } from '../../../protocol/snapshot/snapshot.ts';
import type { TraceLogger } from '../../../sdk/agent-tracing/logger.ts';
import { TraceSink, type TraceEvent } from '../../../sdk/agent-tracing/sinks/sink.ts';

/** One pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Keeps what it is given. */
export class MemorySink extends TraceSink {
  readonly events: TraceEvent[] = [];
  closed = 0;

  override emit(event: TraceEvent): void {
    this.events.push(event);
  }

  override close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

export class MemoryLogger implements TraceLogger {
  readonly lines: string[] = [];
  info(message: string): void {
    this.lines.push(`info: ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn: ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error: ${message}`);
  }
}

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'deskreel-tracing-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function linesOf(path: string): Promise<TraceEvent[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TraceEvent);
}

export function snapshotOf(importances: number[], more: Partial<Snapshot> = {}): Snapshot {
  const elements = importances.map((importance, index): SnapshotElement => ({
    id: index + 1,
    role: 'button',
    text: `Button ${index + 1}`,
    importance,
    bbox: { x: 10 * index, y: 0, width: 8, height: 8 },
    visual_cues: { is_primary: false, is_clickable: true },
  }));
  return { url: 'https://example.com', elements, ...more };
}

/** The whole result of a step. */
export function stepResult(success: boolean, passed = success): Record<string, unknown> {
  return {
    step_index: 1,
    goal: 'go on',
    attempt: 0,
    pre: { url: 'https://example.com', snapshot_digest: 'sha256:a' },
    llm: { response_text: 'CLICK(1)', response_hash: 'sha256:b' },
    exec: { success, outcome: success ? 'dom_updated' : 'failed', action: 'click', duration_ms: 2 },
    post: { url: 'https://example.com/next', snapshot_digest: 'sha256:c' },
    verify: { passed },
  };
}
