// Processes that record, or recover, and are killed at moments that a seed gives.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../server/clock.ts';
import { silentLog } from '../../../server/log.ts';
import { openTraceStore, type TraceStore } from '../../../server/recorder/traces-store.ts';
import { checkTrace } from './check.ts';
import { calls } from './setup.ts';

const CHILD = join(import.meta.dirname, 'recording-child.ts');
export const open = (data: string): Promise<TraceStore> =>
  openTraceStore({ data, clock: systemClock, log: silentLog });

/** Numbers from a seed (xorshift), so that a failure can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export async function folder(): Promise<{ data: string } & AsyncDisposable> {
  const data = await mkdtemp(join(tmpdir(), 'deskreel-recovery-'));
  return { data, [Symbol.asyncDispose]: () => rm(data, { recursive: true }) };
}

function child(data: string, mode: 'record' | 'recover'): ChildProcess {
  return spawn(process.execPath, [CHILD, data, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Records until `lines` lines were acknowledged, and a moment more, then kills. Returns what was acknowledged. */
export async function recordAndKill(data: string, lines: number, momentMs: number): Promise<string[]> {
  const recording = child(data, 'record');
  const acknowledged: string[] = [];
  const kill = (): void => void recording.kill('SIGKILL');
  if (!recording.stdout) throw new Error('the child has a standard output');
  const output = createInterface(recording.stdout);
  output.on('line', (line) => {
    acknowledged.push(line);
    if (acknowledged.length === lines) setTimeout(kill, momentMs);
  });
  await Promise.all([once(recording, 'exit'), once(output, 'close')]);
  assert.equal(recording.signalCode, 'SIGKILL');
  return acknowledged.filter((line) => line !== 'stopped');
}

async function recordedCalls(store: TraceStore): Promise<Map<unknown, Record<string, unknown>>> {
  const found = new Map<unknown, Record<string, unknown>>();
  for (const { trace_id: id } of await store.list()) {
    for (const call of calls(await checkTrace(store, id))) found.set(call['call_id'], call);
  }
  return found;
}

/** Kills a recording, then a recovery of it, and finds everything that was acknowledged in archives that hold. */
export async function killAndRecover(seed: number): Promise<void> {
  await using it = await folder();
  const random = seeded(seed * 7919);
  const acknowledged = await recordAndKill(it.data, 1 + Math.floor(random() * 60), random() * 20);
  const recovering = child(it.data, 'recover');
  setTimeout(() => recovering.kill('SIGKILL'), 150 + random() * 300);
  await once(recovering, 'exit');
  const store = await open(it.data);
  const { failed } = await store.recover();
  assert.deepEqual(failed, []);
  const found = await recordedCalls(store);
  for (const id of acknowledged) assert.equal(found.get(id)?.['success'], true, `${id} is recorded`);
  for (const info of await store.list()) assert.equal(info.state, 'sealed');
  await store.close();
}
