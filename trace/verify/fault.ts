// What is wrong with a trace, and where.

export interface Fault {
  /** A file of the trace, or a row of its journal: `events.jsonl:12`. */
  readonly place: string;
  readonly why: string;
}

export function faultText({ place, why }: Fault): string {
  return `${place}: ${why}`;
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
