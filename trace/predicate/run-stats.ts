// What a JSONL trace tells of its run.
import { readEvent } from './event.ts';
import { readLines } from './lines.ts';
import { RunTally, type RunStats } from './status.ts';

/** Reads the file once. Throws where it cannot be read. */
export async function runStats(path: string): Promise<RunStats> {
  const tally = new RunTally();
  for await (const { text } of readLines(path)) {
    const event = readEvent(text);
    if (event) tally.add(event);
  }
  return tally.stats();
}
