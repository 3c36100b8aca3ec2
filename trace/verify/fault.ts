// What is wrong with a trace, and where.

export interface Fault {
  /** A file of the trace, or a row of its journal: `events.jsonl:12`. */
  readonly place: string;
  readonly why: string;
}

export function faultText({ place, why }: Fault): string {
  return `${place}: ${why}`;
}

/** What a trace says itself that it does not hold. Nobody changed it; it is not whole. */
export interface Gap {
  /** The row that says so. */
  readonly place: string;
  readonly part: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Writes that failed. */
  readonly lost: number;
  /** Commands that were carried out and of which nothing is recorded. */
  readonly commands: number;
}

export function gapText({ place, part, reason, from, to, lost, commands }: Gap): string {
  const what = commands > 0 ? `${commands} commands are not recorded` : `${lost} writes failed`;
  return `${place}: ${what} from ${from} to ${to} (${part}: ${reason})`;
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
