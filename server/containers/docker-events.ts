// The engine's stream of events, as changes of desktops' containers. Outlives restarts of the engine.
import { PassThrough, addAbortSignal, pipeline, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import type { Clock } from '../clock.ts';
import type { ContainerEvents } from './driver.ts';
import { DESKTOP_LABEL, SERVER_LABEL } from './spec.ts';

const RETRY_MS = 1000;

/** The events that change a container's state; all others are left out by the engine. */
const ACTIONS = ['start', 'unpause', 'pause', 'die', 'destroy'];

const EngineEvent = z.object({
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

interface Watch {
  docker: Docker;
  clock: Clock;
  serverId: string;
  events: ContainerEvents;
  signal: AbortSignal;
}

/** Returns when the signal ends. */
export async function watchContainers(watch: Watch): Promise<void> {
  while (!watch.signal.aborted) {
    const reason = await readEvents(watch).catch(messageOf);
    if (isOver(watch.signal)) return;
    watch.events.onDisconnected(reason);
    await watch.clock.sleep(RETRY_MS, watch.signal).catch(messageOf);
  }
}

/** Reads until the stream ends, and says why it did. */
async function readEvents({ docker, serverId, events, signal }: Watch): Promise<string> {
  const filters: Docker.GetEventsOptions['filters'] = {
    type: ['container'],
    label: [`${SERVER_LABEL}=${serverId}`],
    event: ACTIONS,
  };
  const stream = new PassThrough();
  const stop = addAbortSignal(signal, stream);
  pipeline(await docker.getEvents({ filters, abortSignal: signal }), stream, () => undefined);
  events.onConnected();
  for await (const line of linesOf(stop)) tell(line, events);
  return 'the engine ended its stream of events';
}

function tell(line: string, events: ContainerEvents): void {
  const { Actor } = parseWith(EngineEvent, parseJson(line), 'engine event', 'internal');
  const desktopId = Actor.Attributes[DESKTOP_LABEL];
  if (desktopId !== undefined) events.onChange(desktopId);
}

/** Throws what the stream fails with, which `readline` would keep to itself. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of stream.setEncoding('utf8')) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
}

/** A question of its own, since the signal changes while something is awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
