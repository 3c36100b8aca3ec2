// What people are about to do by viewers, in one recording: its captures wait until it is known what it was, so that no
// row tells of a call before the call's own.
import type { RowData } from '../../trace/format.ts';
import type { CaptureMessage } from '../commands/observer.ts';
import type { KeyVerdict } from './desktop-privacy.ts';

/** What is known of a gesture when it is over. */
export interface DoneGesture {
  readonly gesture: NonNullable<RowData<'call'>['gesture']>;
  readonly verdict: KeyVerdict;
  /** The agent was asked for what was wanted of it. */
  readonly watched: boolean;
}

export interface Kept {
  readonly message: CaptureMessage;
  readonly png: Uint8Array | undefined;
}

export class Gestures {
  readonly #kept = new Map<string, Kept[]>();

  begin(callId: string): void {
    this.#kept.set(callId, []);
  }

  /** Whether it began here and is under way. */
  has(callId: string | undefined): boolean {
    return callId !== undefined && this.#kept.has(callId);
  }

  /** True for what belongs to a gesture that is under way. */
  keep(message: CaptureMessage, png: Uint8Array | undefined): boolean {
    const kept = this.#kept.get(message.call_id ?? '');
    kept?.push({ message, png });
    return kept !== undefined;
  }

  /** What came for it meanwhile; undefined for one that did not begin here. */
  end(callId: string): readonly Kept[] | undefined {
    const kept = this.#kept.get(callId);
    this.#kept.delete(callId);
    return kept;
  }
}
