// Journals made by hand, row by row, with a right chain.
import { CHAIN_START, lineHash } from '../../../trace/chain.ts';

const RUN = '0b0e5a3e-6b8e-4c62-9b57-6d2f3a1c9a10';

export const CONFIG = {
  name: null,
  screenshots: true,
  api_calls: true,
  accessibility_tree: false,
  metadata: true,
  video: false,
  pace: 'free',
} as const;

export const START = {
  trace_id: 'trace_20260101_000000_0123abcd',
  name: null,
  config: CONFIG,
  desktop: { id: 'd-1', name: 'one' },
};

export const COUNTS = { events: 3, steps: 1, screenshots: 1, errors: 0 };

export interface GivenRow {
  type: string;
  data: Record<string, unknown>;
  /** Milliseconds after the first row. */
  after?: number;
}

/** The text of a journal with these rows. */
export function journalOf(rows: readonly GivenRow[]): string {
  let prev = CHAIN_START;
  const lines = rows.map(({ type, data, after = 0 }, index) => {
    const ms = Date.UTC(2026, 0, 1) + after;
    const times = { ts: new Date(ms).toISOString(), ts_ms: ms, mono_ms: 500 + after };
    const line = JSON.stringify({ v: 1, type, ...times, run_id: RUN, seq: index + 1, prev, data });
    prev = lineHash(line);
    return `${line}\n`;
  });
  return lines.join('');
}
