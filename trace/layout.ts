// Names inside a trace, on disk and in the archive. No name is ever made from what a client said.

export const JOURNAL = 'events.jsonl';
export const METADATA = 'trace_metadata.json';
export const MANIFEST = 'manifest.json';
/** Says that the trace is not to be deleted. */
export const HOLD = 'hold.json';
export const FRAMES_DIR = 'frames';
export const TREES_DIR = 'trees';

/** Stands where a trace names its desktop: a run that was uploaded had none of this server's. */
export const UPLOADED_RUN = 'upload';

const TRACE_ID = /^trace_\d{8}_\d{6}_[0-9a-f]{8}$/;

/** Whether this is a trace's id: nothing else is ever joined into a path. */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text);
}

/** `trace_20250103_143052_1a2b3c4d`: the time in UTC, and 32 random bits in hex. */
export function traceId(ms: number, random: string): string {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, '');
  return `trace_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${random}`;
}

/** What the server keeps beside a trace's own files, in the same folder; no manifest names it. */
export function besides(traceId: string): string[] {
  return [`${traceId}.zip`, `${traceId}.zip.tmp`, HOLD];
}

/** A frame's place on disk. */
export function framePath(frame: string): string {
  return `${FRAMES_DIR}/${frame}.png`;
}

/** A tree's place on disk. */
export function treePath(sha256: string): string {
  return `${TREES_DIR}/${sha256}.json`;
}

/** `000002_after_left_click.png`. */
export function pictureName(number: number, label: string): string {
  return `${sixDigits(number)}_${label}.png`;
}

/** `event_000002_api_call.json`. */
export function eventName(number: number, type: string): string {
  return `event_${sixDigits(number)}_${type}.json`;
}

function sixDigits(number: number): string {
  return String(number).padStart(6, '0');
}
