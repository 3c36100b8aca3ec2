// Counts of the commands that this server has carried out since it started: by name, outcome and time taken.
import type { CommandCall, CommandObserver, CommandOutcome } from '../commands/observer.ts';

/** Upper bounds in seconds: from a pointer move to a command that waits. */
export const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60] as const;

export interface CommandCounts {
  /** How often it ended so: `success`, or the code of its error. */
  readonly outcomes: Map<string, number>;
  /** How many took at most as long as the bound of the same index. */
  readonly buckets: number[];
  seconds: number;
  count: number;
}

/** One for all desktops. Commands that were refused before they began are not in it. */
export class CommandMetrics implements CommandObserver {
  readonly commands = new Map<string, CommandCounts>();

  wish(): undefined {
    return undefined;
  }

  onCall(): void {
    // What has not ended is not counted.
  }

  onReply({ command }: CommandCall, { success, error, durationMs }: CommandOutcome): void {
    const counts = this.commands.get(command) ?? newCounts();
    this.commands.set(command, counts);
    const outcome = success ? 'success' : (error?.code ?? 'internal');
    counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1);
    const seconds = durationMs / 1000;
    for (const [index, bound] of BUCKETS.entries()) {
      if (seconds <= bound) counts.buckets[index] = (counts.buckets[index] ?? 0) + 1;
    }
    counts.seconds += seconds;
    counts.count += 1;
  }
}

function newCounts(): CommandCounts {
  return { outcomes: new Map(), buckets: BUCKETS.map(() => 0), seconds: 0, count: 0 };
}
