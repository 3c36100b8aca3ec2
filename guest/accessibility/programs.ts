// Reads every program on every bus at the same time, each until it is whole or its deadline is over.
import type { TreeReport } from '../../protocol/tree.ts';
import type { Clock } from '../clock.ts';
import type { A11yBus } from './a11y-bus.ts';
import type { TreeLimits } from './accessibility.ts';
import type { Application } from './application.ts';
import { type ApplicationRead, readApplication } from './application-reader.ts';
import type { BusWatch } from './bus-watch.ts';

export type Gap = TreeReport['unavailable'][number];

export interface Program {
  readonly bus: A11yBus;
  readonly application: Application;
  readonly read: ApplicationRead;
}

export interface Programs {
  /** Those that answered, if not whole. */
  readonly programs: readonly Program[];
  /** Every program that was found, whether it answered or not. */
  readonly found: readonly Application[];
  readonly gaps: readonly Gap[];
}

/** Every program, or the one with this `pid`. Rejects only when `signal` ends. */
export async function readPrograms(
  watch: BusWatch,
  limits: TreeLimits,
  clock: Clock,
  signal: AbortSignal,
  pid: number | undefined,
): Promise<Programs> {
  await watch.find();
  const deadline = new AbortController();
  const cancel = clock.after(limits.timeout * 1000, () => {
    deadline.abort(new Error(`did not answer within ${limits.timeout} s`));
  });
  const either = AbortSignal.any([signal, deadline.signal]);
  try {
    const parts = await Promise.all(watch.buses.map((bus) => readBus(bus, limits, either, pid)));
    signal.throwIfAborted();
    const { bus, reason } = watch.status;
    const down = bus ? [] : [{ application: 'accessibility bus', reason: reason ?? 'it does not answer' }];
    return {
      programs: parts.flatMap((part) => part.programs),
      found: parts.flatMap((part) => part.found),
      gaps: [...down, ...parts.flatMap((part) => part.gaps)],
    };
  } finally {
    cancel();
  }
}

async function readBus(
  bus: A11yBus,
  limits: TreeLimits,
  signal: AbortSignal,
  pid: number | undefined,
): Promise<Programs> {
  let found: Application[];
  try {
    found = await bus.applications(signal);
    if (pid !== undefined) found = await ofProcess(found, pid, signal);
  } catch (error) {
    return {
      programs: [],
      found: [],
      gaps: [{ application: 'accessibility bus', reason: messageOf(error) }],
    };
  }
  const read = await Promise.all(found.map((application) => readProgram(bus, application, limits, signal)));
  return {
    programs: read.flatMap(({ program }) => program ?? []),
    found,
    gaps: read.flatMap(({ gap }) => gap ?? []),
  };
}

/** Those of one process. */
async function ofProcess(
  applications: readonly Application[],
  pid: number,
  signal: AbortSignal,
): Promise<Application[]> {
  // One that left meanwhile has no process any more.
  await Promise.allSettled(applications.map((application) => application.identify(signal)));
  return applications.filter((application) => application.pid === pid);
}

async function readProgram(
  bus: A11yBus,
  application: Application,
  limits: TreeLimits,
  signal: AbortSignal,
): Promise<{ program?: Program; gap?: Gap }> {
  try {
    await application.introduce(signal);
  } catch (error) {
    return { gap: { application: application.title, reason: messageOf(error) } };
  }
  // The desktop frame above takes one of each.
  const deepest = { maxNodes: limits.max_nodes - 1, maxDepth: limits.max_depth - 1 };
  const read = await readApplication(application, deepest, signal);
  const program = { bus, application, read };
  const reason = reasonOf(read, limits);
  return reason === undefined ? { program } : { program, gap: { application: application.title, reason } };
}

function reasonOf(read: ApplicationRead, limits: TreeLimits): string | undefined {
  if (!read.whole) {
    return `did not answer whole within ${limits.timeout} s; ${read.elements} of its elements were found`;
  }
  if (read.unreadable > 0) return `${read.unreadable} of its answers could not be understood`;
  return undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
