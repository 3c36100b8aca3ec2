// One execution of a command: within its time, and given up at once when it is cancelled.
import type { CommandName } from '../../protocol/commands/table.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import type { Call, Picture } from '../handlers.ts';

/** What a handler gave; a picture travels beside the result as bytes. */
export interface Executed {
  result: unknown;
  image?: Picture;
}

/** Runs the handler of a command whose parameters were checked. */
export type Execute = (command: CommandName, params: unknown, call: Call) => Promise<Executed>;

export interface CallLimits {
  readonly id: string;
  readonly session: string;
  readonly timeoutMs: number;
  readonly cancelled: AbortSignal;
}

/** Runs the work between what comes before and after it, such as captures. */
type Around = (work: () => Promise<Executed>) => Promise<Executed>;

/**
 * Rejects with `timeout` or `cancelled` as soon as either is so, whatever the work and what is around it still do. Work
 * that had not begun by then never does.
 */
export async function runCall(
  command: CommandName,
  { id, session, timeoutMs, cancelled }: CallLimits,
  work: (call: Call) => Promise<Executed>,
  around: Around = (inner) => inner(),
): Promise<Executed> {
  if (cancelled.aborted) throw new DeskreelError('cancelled', 'the command was cancelled before it began');
  const limit = AbortSignal.timeout(timeoutMs);
  const call: Call = { id, session, signal: AbortSignal.any([cancelled, limit]) };
  const inTime = async (): Promise<Executed> => {
    call.signal.throwIfAborted();
    return untilAborted(work(call), call.signal);
  };
  try {
    return await untilAborted(around(inTime), call.signal);
  } catch (error) {
    throw limit.aborted ? timedOut(command, timeoutMs, error) : error;
  }
}

/** A handler that does not heed its signal must not keep its caller waiting. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new DeskreelError('cancelled', 'the command was cancelled'));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function timedOut(command: string, milliseconds: number, cause: unknown): DeskreelError {
  return new DeskreelError('timeout', `${command} was not done within ${milliseconds} ms`, { cause });
}
