// How much the desktop's programs compute: who still works may yet change the screen.
import { readFileSync } from 'node:fs';

/** CPU time in milliseconds that everything in this container has used, the agent left out. */
export type ReadWorkload = () => number;

const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;

const SOURCES: readonly { path: string; read: (text: string) => number }[] = [
  {
    path: '/sys/fs/cgroup/cpu.stat',
    read: (text) => Number(/^usage_usec (\d+)/m.exec(text)?.[1]) / US_PER_MS,
  },
  { path: '/sys/fs/cgroup/cpuacct/cpuacct.usage', read: (text) => Number(text) / NS_PER_MS },
];

/** The way that this machine's control groups offer; undefined where neither version does. */
export function openWorkload(): ReadWorkload | undefined {
  for (const { path, read } of SOURCES) {
    const used = (): number => read(readFileSync(path, 'utf8'));
    if (!readable(used)) continue;
    return () => {
      const { user, system } = process.cpuUsage();
      return used() - (user + system) / US_PER_MS;
    };
  }
  return undefined;
}

function readable(used: () => number): boolean {
  try {
    return Number.isFinite(used());
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** This share of one core, beyond what was used before the input, is work that may show soon. */
const WORKING_SHARE = 0.2;
/** Milliseconds: a shorter time tells nothing about what a desktop does of its own. */
const BASELINE_MS = 300;

interface Reading {
  readonly atMs: number;
  readonly usedMs: number;
}

/** Tells whether the desktop's programs compute more than they did before the input. */
export class WorkMeter {
  readonly #read: ReadWorkload | undefined;
  readonly #now: () => number;
  #last: Reading | undefined;
  /** CPU milliseconds a millisecond, while nothing was asked of the desktop. */
  #idleShare = 0;

  /** Without `read` nothing is ever working. */
  constructor(read: ReadWorkload | undefined, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** An input was given. The time since `end` was without. */
  begin(): void {
    const { ms, share } = this.#advance();
    if (ms >= BASELINE_MS) this.#idleShare = share;
  }

  /** Whether much was computed since the last call. */
  working(): boolean {
    return this.#advance().share - this.#idleShare > WORKING_SHARE;
  }

  end(): void {
    this.#advance();
  }

  #advance(): { ms: number; share: number } {
    if (!this.#read) return { ms: 0, share: 0 };
    const reading = { atMs: this.#now(), usedMs: this.#read() };
    const previous = this.#last ?? reading;
    this.#last = reading;
    const ms = reading.atMs - previous.atMs;
    return { ms, share: ms > 0 ? (reading.usedMs - previous.usedMs) / ms : 0 };
  }
}
