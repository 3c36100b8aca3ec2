// Whether a program has come to rest, seen from outside: for programs that do not say when they have read their keys.
import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';

/** Milliseconds between two looks. */
const LOOK_MS = 8;
/** Looks without a change that make rest. */
const LOOKS = 3;
const LIMIT_MS = 3000;

/**
 * Whether the process slept through several looks. `roundTrip` asks the X server something: a program that sleeps
 * because it waits for the X server gets its answer within that time and wakes. False where the process cannot be seen
 * or does not rest within 3 s.
 */
export async function atRest(
  pid: number,
  roundTrip: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + LIMIT_MS;
  let last: string | undefined;
  let equal = 0;
  while (equal < LOOKS && performance.now() < deadline) {
    await roundTrip();
    const look = await lookAt(pid);
    if (look === undefined) return false;
    equal = look === last ? equal + 1 : 0;
    last = look;
    await after(LOOK_MS, undefined, { signal });
  }
  return equal >= LOOKS;
}

const GONE: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH']);

/** How long the process ran so far; a text that never repeats while it runs or is about to, undefined where there is none. */
async function lookAt(pid: number): Promise<string | undefined> {
  try {
    const [stat, scheduled] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/schedstat`, 'utf8'),
    ]);
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state === 'S' ? scheduled : `${state} ${performance.now()}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && GONE.has(error.code)) return undefined;
    throw error;
  }
}
