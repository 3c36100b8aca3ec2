// What a recording could not write: counted at once, and told in its journal as one row as soon as one can be written again.
import { DeskreelError } from '../../protocol/errors.ts';
import type { RowData, RowOf } from '../../trace/format.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { SYSTEM, type RowWriter } from './journal.ts';
import { isFull } from './reserve.ts';

/** `journal`: rows are not in the file; `flush`: they are, but the disk failed to keep them through a loss of power. */
export type LostPart = 'journal' | 'flush';

export interface LossParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly onFault: () => void;
}

export interface Lost {
  readonly part?: LostPart;
  /** Commands of which nothing is recorded. Default 0. */
  readonly commands?: number;
}

type Gap = RowData<'fault'> & { readonly until_ms: number; readonly commands: number };

export class Losses {
  readonly #parts: LossParts;
  readonly #gaps = new Map<LostPart, Gap>();

  constructor(parts: LossParts) {
    this.#parts = parts;
  }

  /** What is not told yet. */
  get untold(): readonly RowData<'fault'>[] {
    return [...this.#gaps.values()];
  }

  /** Writes a row for each gap. Throws what the journal throws; then it is still untold. */
  tell(journal: Pick<RowWriter, 'append'>, onRow: (row: RowOf<'fault'>) => void): void {
    for (const [part, gap] of this.#gaps) {
      const row = journal.append('fault', gap, 'must', SYSTEM);
      this.#gaps.delete(part);
      this.#parts.log.info('recorder.resumed', { ...gap });
      onRow(row);
    }
  }

  /** A row could not be written, and why. */
  lose(error: unknown, { part = 'journal', commands = 0 }: Lost = {}): void {
    this.#parts.onFault();
    const now = Math.round(this.#parts.clock.now());
    const reason = reasonOf(error);
    if (!this.#gaps.has(part)) this.#parts.log.error('recorder.not_written', { part, reason, error });
    const {
      since_ms,
      lost,
      commands: before,
    } = this.#gaps.get(part) ?? { since_ms: now, lost: 0, commands: 0 };
    this.#gaps.set(part, {
      part,
      reason,
      since_ms,
      until_ms: now,
      lost: lost + 1,
      commands: before + commands,
    });
  }
}

/** The file system's own word (`EIO`), `storage_full`, or `internal`. */
function reasonOf(error: unknown): string {
  if (isFull(error)) return 'storage_full';
  const plain = error instanceof DeskreelError ? (error.cause ?? error) : error;
  return plain instanceof Error && 'code' in plain ? String(plain.code) : 'internal';
}
