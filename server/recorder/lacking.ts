// What was wished of calls and never came: told when a journal is ended by somebody who did not record it.
import type { FrameWhen } from '../../protocol/frame.ts';
import type { KnownRow } from '../../trace/format.ts';
import { partsOf, type Part } from './expectations.ts';

/** Of what a killed server did not come to record. */
export const KILLED = 'the recording ended before it was there';

export interface LackingRow {
  readonly type: 'frame' | 'tree';
  readonly data: { call_id: string; when: FrameWhen; evidence: string };
}

export class Lacking {
  readonly #parts = new Map<string, Set<Part>>();

  add(row: KnownRow): void {
    if (row.type === 'call' && row.data.wish)
      this.#parts.set(row.data.call_id, new Set(partsOf(row.data.wish)));
    if (row.type === 'frame') this.#frameCame(row.data);
    if (row.type === 'tree') this.#came(row.data.call_id, 'tree');
  }

  /** A row for each thing that is missing. */
  *rows(evidence: string): Generator<LackingRow> {
    for (const [callId, parts] of this.#parts) {
      for (const part of parts) {
        const about = { call_id: callId, evidence };
        if (part === 'tree') yield { type: 'tree', data: { ...about, when: 'after' } };
        else yield { type: 'frame', data: { ...about, when: part } };
      }
    }
  }

  /** What a client asked for, and a film, is wished for by no call. */
  #frameCame({ call_id: callId, when }: { call_id?: string | undefined; when: FrameWhen }): void {
    if (when !== 'requested' && when !== 'video') this.#came(callId, when);
  }

  #came(callId: string | undefined, part: Part): void {
    const parts = this.#parts.get(callId ?? '');
    parts?.delete(part);
    if (parts?.size === 0) this.#parts.delete(callId ?? '');
  }
}
