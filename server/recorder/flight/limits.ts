// How much the flight recorder keeps of one desktop.

export interface FlightLimits {
  /** Milliseconds: older segments go. */
  readonly ageMs: number;
  /** Bytes on disk: the oldest segments go. */
  readonly bytes: number;
  /** A segment ends at whichever of these comes first; it is what goes at once. */
  readonly segmentMs: number;
  readonly segmentBytes: number;
}

export const FLIGHT_LIMITS: FlightLimits = {
  ageMs: 2 * 60 * 60 * 1000,
  bytes: 256 * 1024 * 1024,
  segmentMs: 5 * 60 * 1000,
  segmentBytes: 16 * 1024 * 1024,
};
