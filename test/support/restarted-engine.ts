// A server whose engine ends and comes back in the middle of a trace.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deskreel, verifyTrace } from '../../sdk/index.ts';
import { faultText } from '../../trace/verify/fault.ts';
import { BusyClient, missingIn, openEditor } from './busy-client.ts';
import { IMAGE } from './image.ts';
import { OwnEngine, type OwnEngineOptions } from './own-engine.ts';
import { rowsOf, savedTrace } from './saved-trace.ts';
import { serveProcess, type ServerProcess } from './server-process.ts';

/** From when the engine answers again. */
const BACK_WITHIN_MS = 60_000;

export interface RestartedEngine {
  readonly answered: number;
  /** From the engine's return until commands were answered, for each of its restarts. */
  readonly backMs: readonly number[];
  /** What the trace tells of the desktop meanwhile. */
  readonly states: readonly string[];
  readonly archives: number;
}

/**
 * Ends the engine by each of the signals in the middle of one trace, with the desktop at work, and starts it again. No answered
 * command is missing from the trace or from what the flight recorder has; both verify.
 */
export async function restartEngine(
  options: OwnEngineOptions,
  signals: readonly ('SIGTERM' | 'SIGKILL')[],
): Promise<RestartedEngine> {
  await using engine = await OwnEngine.start(IMAGE, options);
  const folder = await mkdtemp(join(tmpdir(), 'deskreel-engine-'));
  const data = join(folder, 'data');
  const server = await serveProcess(data, { env: { DOCKER_HOST: engine.url } });
  try {
    return await tracedRestarts({ engine, server, data, folder, signals });
  } finally {
    await server.kill();
    await rm(folder, { recursive: true });
  }
}

interface Parts {
  readonly engine: OwnEngine;
  readonly server: ServerProcess;
  readonly data: string;
  readonly folder: string;
  readonly signals: readonly ('SIGTERM' | 'SIGKILL')[];
}

async function tracedRestarts({ engine, server, data, folder, signals }: Parts): Promise<RestartedEngine> {
  await using deskreel = await Deskreel.open({ url: server.url, token: server.token });
  const { id } = await deskreel.createDesktop({ record: 'always' });
  const session = deskreel.session(id);
  await openEditor(session);
  const traceId = await deskreel.startTrace(id, {});
  const client = new BusyClient(session, 'engine');
  await client.more(5);
  const backMs: number[] = [];
  for (const signal of signals) {
    await engine.end(signal);
    await engine.open();
    const from = performance.now();
    await client.more(5, BACK_WITHIN_MS);
    backMs.push(performance.now() - from);
  }
  await client.end();
  assert.equal((await deskreel.getDesktop(id)).state, 'ready');
  assert.equal((await deskreel.currentTrace(id))?.traceId, traceId, 'the trace goes on');
  const save = { format: 'dir', path: folder } as const;
  const cut = await deskreel.cutTrace(id, 60 * 60_000, save);
  const stopped = await deskreel.stopTrace(id, save);
  for (const { path } of [stopped, cut]) {
    const { faults, gaps } = await verifyTrace(path, { data });
    assert.deepEqual([...faults.map(faultText), ...gaps], []);
    assert.deepEqual(missingIn(await savedTrace(path), client.answered), []);
  }
  const states = rowsOf((await savedTrace(stopped.path)).rows, 'desktop').map(({ data: row }) => row.state);
  return { answered: client.answered.length, backMs, states, archives: 2 };
}
