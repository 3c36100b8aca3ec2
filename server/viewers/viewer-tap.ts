// In the way from a viewer to its desktop: what the viewer says goes on byte for byte, once the recorder knows of it.
import { Transform } from 'node:stream';
import { ViewerMessages, type ViewerInput } from '../../protocol/rfb/viewer-messages.ts';
import type { Clock } from '../clock.ts';

interface Arrival {
  readonly chunk: Buffer;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export type TakeInput = (input: ViewerInput, atMs: number) => Promise<void>;

/** So many pieces may wait until the recorder knows of those before them. */
const WAITING = 1024;

/** Two streams, one behind the other: the time of an input is that of its arrival, however long it is held back. */
export function viewerTap(clock: Pick<Clock, 'now'>, take: TakeInput): [Transform, Transform] {
  return [arrivals(clock), recorded(take)];
}

function arrivals(clock: Pick<Clock, 'now'>): Transform {
  return new Transform({
    readableObjectMode: true,
    readableHighWaterMark: WAITING,
    transform(chunk: Buffer, _encoding, done) {
      const arrival: Arrival = { chunk, atMs: clock.now() };
      done(null, arrival);
    },
  });
}

function recorded(take: TakeInput): Transform {
  const messages = new ViewerMessages();
  return new Transform({
    writableObjectMode: true,
    writableHighWaterMark: 1,
    transform(arrival: Arrival, _encoding, done) {
      pass(this, messages, arrival, take).then(() => done(), done);
    },
  });
}

async function pass(
  onward: Transform,
  messages: ViewerMessages,
  { chunk, atMs }: Arrival,
  take: TakeInput,
): Promise<void> {
  for (const { bytes, input } of messages.read(chunk)) {
    if (input) await take(input, atMs);
    onward.push(bytes);
  }
}
