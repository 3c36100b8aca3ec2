// What the recorder could not do, counted, so that it can be watched from outside: it never stops a desktop.

/**
 * `journal`: rows that were lost or not flushed; `picture`, `tree`: told as missing in the trace; `guest`: the agent was lost;
 * `flight`: any of these, of the flight recorder.
 */
export const FAULT_PARTS = [
  'journal',
  'picture',
  'tree',
  'guest',
  'flight',
  'archive',
  'recovery',
  'retention',
] as const;
export type FaultPart = (typeof FAULT_PARTS)[number];

/** Counts since the server started. One for all desktops. */
export class RecorderMetrics {
  readonly #faults = new Map<FaultPart, number>();

  fault(part: FaultPart): void {
    this.#faults.set(part, (this.#faults.get(part) ?? 0) + 1);
  }

  /** How often each part failed; zeros too. */
  faults(): Record<FaultPart, number> {
    const counts = FAULT_PARTS.map((part) => [part, this.#faults.get(part) ?? 0]);
    return Object.fromEntries(counts) as Record<FaultPart, number>;
  }
}
