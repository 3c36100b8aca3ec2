// Bytes of a stream, so many at a time; what comes after them stays in it.
import type { Readable } from 'node:stream';
import { DeskreelError } from '../../protocol/errors.ts';

/** Throws `guest_unavailable` where the other side ends before, and the signal's reason where it is aborted. */
export async function take(stream: Readable, count: number, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    signal.throwIfAborted();
    const bytes: unknown = stream.read(count);
    // Where the stream has ended, the rest of it is given, however little.
    if (Buffer.isBuffer(bytes) && bytes.length === count) return bytes;
    if (stream.readableEnded || stream.destroyed)
      throw new DeskreelError('guest_unavailable', 'the other side hung up');
    await nextChange(stream, signal);
  }
}

const CHANGES = ['readable', 'end', 'close'] as const;

function nextChange(stream: Readable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const changed = (): void => {
      for (const name of CHANGES) stream.off(name, changed);
      stream.off('error', failed);
      signal.removeEventListener('abort', changed);
      resolve();
    };
    const failed = (error: Error): void => {
      changed();
      reject(error);
    };
    for (const name of CHANGES) stream.once(name, changed);
    stream.once('error', failed);
    signal.addEventListener('abort', changed, { once: true });
  });
}
