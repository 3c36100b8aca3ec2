// The moments at which a server is killed, each in the middle of what a client waits for.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { DeskreelError, type Deskreel } from '../../sdk/index.ts';
import type { Answered, BusyClient } from './busy-client.ts';
import { killedStart, type ServerProcess } from './server-process.ts';
import { ask } from './server.ts';

export const MOMENTS = ['commands', 'stop', 'recovery', 'download', 'cut', 'redact', 'export'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface KillParts {
  readonly deskreel: Deskreel;
  readonly client: BusyClient;
  readonly random: () => number;
  readonly spans: Spans;
  readonly process: ServerProcess;
  readonly data: string;
  /** A folder for what is saved. */
  readonly saved: string;
  readonly desktop: string;
}

export interface Killed {
  readonly moment: Moment;
  readonly kills: number;
  readonly traceId: string;
  /** Between these commands belong into the trace. `performance.now()`. */
  readonly startedMs: number;
  readonly endAskedMs: number;
  /** Whether the trace's stop was answered. */
  readonly stopped: boolean;
  /** What was under way when the server was killed had been answered by then. */
  readonly late: boolean;
  readonly answered: readonly Answered[];
}

/** Within how many milliseconds the kill comes. */
export type Spans = Record<Moment, number>;

/** About what that which is interrupted takes. What was done before its kill is killed earlier the next time. */
export const firstSpans = (): Spans => ({
  commands: 1200,
  recovery: 1500,
  stop: 500,
  download: 100,
  cut: 500,
  redact: 800,
  export: 150,
});
const FORMATS = ['playwright', 'predicate', 'cua-viewer', 'osworld', 'otel'];

/** Starts a trace while commands flow, and kills the server in the middle of that moment. */
export async function killAt(moment: Moment, parts: KillParts): Promise<Killed> {
  const { deskreel, client, random, desktop } = parts;
  await client.more(3);
  const traceId = await deskreel.startTrace(desktop, {
    accessibility_tree: random() < 0.3,
    video: random() < 0.3,
    durability: random() < 0.2 ? 'power' : 'process',
  });
  const startedMs = performance.now();
  await client.more(3);
  await systemClock.sleep(random() * (moment === 'commands' ? parts.spans.commands : 300));
  const ended = await END[moment](parts, traceId);
  await client.end();
  return {
    moment,
    kills: 1,
    traceId,
    startedMs,
    endAskedMs: Infinity,
    stopped: false,
    late: false,
    ...ended,
    answered: client.answered,
  };
}

type Ended = Partial<Pick<Killed, 'kills' | 'endAskedMs' | 'stopped' | 'late'>>;

const END: Readonly<Record<Moment, (parts: KillParts, traceId: string) => Promise<Ended>>> = {
  commands: async ({ process }) => {
    await process.kill();
    return {};
  },
  recovery: async ({ process, random, data, spans }) => {
    await process.kill();
    const starts = 1 + Math.floor(random() * 2);
    for (let start = 0; start < starts; start += 1) await killedStart(data, random() * spans.recovery);
    return { kills: 1 + starts };
  },
  stop: async (parts) => {
    const endAskedMs = performance.now();
    const late = await killDuring(parts, 'stop', stop(parts));
    return { endAskedMs, stopped: late, late };
  },
  cut: async (parts) => ({ late: await killDuring(parts, 'cut', cut(parts)) }),
  redact: async (parts, traceId) => {
    const endAskedMs = performance.now();
    await stop(parts);
    const redaction = parts.deskreel.redactTrace(traceId, { texts: ['word'] });
    return { endAskedMs, stopped: true, late: await killDuring(parts, 'redact', redaction) };
  },
  download: (parts, traceId) =>
    afterStop(parts, (path) => killDuring(parts, 'download', parts.deskreel.saveTrace(traceId, { path }))),
  export: (parts, traceId) => {
    const format = FORMATS[Math.floor(parts.random() * FORMATS.length)] ?? '';
    return afterStop(parts, (path) =>
      killDuring(parts, 'export', parts.deskreel.exportTrace(traceId, format, { path })),
    );
  },
};

/** Kills while that is under way. Resolves with whether it had been answered. */
async function killDuring(
  { process, random, spans }: KillParts,
  moment: Moment,
  work: Promise<unknown>,
): Promise<boolean> {
  const outcome = work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof DeskreelError || isHangUp(error)) return false;
      throw error;
    },
  );
  await systemClock.sleep(random() * spans[moment]);
  await process.kill();
  const late = await outcome;
  spans[moment] *= late ? 0.7 : 1.1;
  return late;
}

async function afterStop(parts: KillParts, work: (path: string) => Promise<boolean>): Promise<Ended> {
  const endAskedMs = performance.now();
  await stop(parts);
  const path = join(parts.saved, 'interrupted');
  const late = await work(path);
  // Whole or not there: what is there is not replaced.
  assert.equal(existsSync(path), late);
  await rm(path, { force: true });
  return { endAskedMs, stopped: true, late };
}

const stop = ({ process, desktop }: KillParts): Promise<void> =>
  post(process, `/v1/desktops/${desktop}/trace/stop`, {});
const cut = ({ process, desktop }: KillParts): Promise<void> =>
  post(process, `/v1/desktops/${desktop}/trace/cut`, { lastMs: 60_000 });

async function post({ url, token }: ServerProcess, path: string, body: object): Promise<void> {
  const headers = { 'X-API-Key': token };
  const answer = await ask(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, answer.text);
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
