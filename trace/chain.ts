// The chain over a journal's rows: each row names the hash of the line before it.
import { createHash } from 'node:crypto';
import type { Entry } from './reader.ts';

/** `prev` of the first row. */
export const CHAIN_START = '0'.repeat(64);

/** SHA-256 in hex of a row's line, without its newline. */
export function lineHash(line: string | Uint8Array): string {
  return createHash('sha256').update(line).digest('hex');
}

/** A row that does not follow from the one before it. */
export interface ChainFault {
  readonly line: number;
  readonly why: string;
}

/** Every place where the chain or the numbering breaks; none in a journal that nobody touched. */
export function checkChain(entries: Iterable<Entry>): ChainFault[] {
  const chain = new ChainCheck();
  const faults: ChainFault[] = [];
  for (const entry of entries) {
    const why = chain.add(entry);
    if (why !== undefined) faults.push({ line: entry.line, why });
  }
  return faults;
}

/** The same row by row. */
export class ChainCheck {
  #prev = CHAIN_START;

  /** The hash of the last row. */
  get lastHash(): string {
    return this.#prev;
  }

  /** Why this row does not follow from the one before it; undefined where it does. */
  add(entry: Entry): string | undefined {
    const why = brokenLink(entry, this.#prev);
    this.#prev = lineHash(entry.text);
    return why;
  }
}

function brokenLink(entry: Entry, prev: string): string | undefined {
  if (entry.kind === 'broken') return `not a row: ${entry.reason}`;
  if (entry.row.prev !== prev) return 'prev is not the hash of the row before it';
  if (entry.row.seq !== entry.line) return `seq is ${entry.row.seq}, not ${entry.line}`;
  return undefined;
}
