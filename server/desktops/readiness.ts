// When a desktop is ready: its agent answers and has taken a screenshot of a whole desktop.
import { randomUUID } from 'node:crypto';
import { DeskreelError, toDeskreelError } from '../../protocol/errors.ts';
import type { Clock } from '../clock.ts';
import type { GuestLink } from '../commands/guest-link.ts';
import type { ContainerDriver } from '../containers/driver.ts';

/** A desktop takes about a second; a machine that starts many at once is given more. Milliseconds. */
export const READY_MS = 90_000;
/** A part of the desktop that the agent misses longer than this is left to its status to tell of. Milliseconds. */
const WHOLE_MS = 5_000;
const LOOK_MS = 20;
const ENDED_LOOK_MS = 300;
const LOG_LINES = 20;

export interface Readiness {
  driver: ContainerDriver;
  clock: Clock;
  desktopId: string;
  link: GuestLink;
  /** Ends the wait: its reason is thrown. */
  signal: AbortSignal;
}

/** Throws `guest_unavailable` with the end of the container's log. */
export async function untilReady(wait: Readiness): Promise<void> {
  const deadline = AbortSignal.timeout(READY_MS);
  const over = new AbortController();
  const signal = AbortSignal.any([wait.signal, deadline, over.signal]);
  try {
    await Promise.race([answers(wait, signal), untilEnded(wait, signal)]);
  } catch (cause) {
    if (wait.signal.aborted) throw wait.signal.reason;
    const { message } = toDeskreelError(cause);
    const why = deadline.aborted ? `it did not answer within ${READY_MS / 1000} s` : message;
    throw await failure(wait, why, cause);
  } finally {
    over.abort();
  }
}

async function answers(wait: Readiness, signal: AbortSignal): Promise<void> {
  await wait.link.ready(signal);
  await untilWhole(wait, signal);
  await firstScreenshot(wait.link, signal);
}

/** A container that ended will not get ready: throws at once instead of at the deadline. */
async function untilEnded({ driver, clock, desktopId }: Readiness, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(ENDED_LOOK_MS, signal);
    await driver.checkRuns(desktopId);
  }
}

async function untilWhole({ link, clock }: Readiness, signal: AbortSignal): Promise<void> {
  const until = clock.monotonic() + WHOLE_MS;
  for (;;) {
    const { status } = await link.freshStatus(signal);
    if (status === 'ok' || clock.monotonic() > until) return;
    await clock.sleep(LOOK_MS, signal);
  }
}

async function firstScreenshot(link: GuestLink, signal: AbortSignal): Promise<void> {
  const call = {
    callId: randomUUID(),
    requestId: undefined,
    command: 'screenshot',
    params: { format: 'png', quality: 95 },
    actor: { kind: 'system', id: 'server' },
    session: 'server',
    stepId: undefined,
  } as const;
  const { reply } = await link.call(call, { timeoutMs: READY_MS, signal });
  if (!reply.success) {
    throw new DeskreelError('guest_unavailable', reply.error?.message ?? 'the first screenshot failed');
  }
}

async function failure(wait: Readiness, why: string, cause: unknown): Promise<DeskreelError> {
  const log = await wait.driver
    .logTail(wait.desktopId, LOG_LINES)
    .catch((error: unknown) => `(no log: ${toDeskreelError(error).message})`);
  return new DeskreelError('guest_unavailable', `the desktop did not get ready: ${why}`, {
    details: { log },
    cause,
  });
}
