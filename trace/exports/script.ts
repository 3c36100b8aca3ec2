// What exported scripts share: pauses as they were recorded, and names for texts that were not.
import { isRecord } from '../../protocol/record.ts';
import { pictureAfter, type Step } from '../steps.ts';

/** A person who thinks for a minute need not be waited for. Milliseconds. */
const LONGEST_MS = 3000;
/** What is typed and clicked faster than this needs no pause. */
const SHORTEST_MS = 50;

export class Pauses {
  #last: Step | undefined;

  /**
   * Seconds to wait before the step: as long as its screen took to settle after the step before, or as long as was
   * waited when it was recorded, whichever is longer.
   */
  before(step: Step): number {
    const last = this.#last;
    this.#last = step;
    if (!last) return 0;
    const endedMs = last.reply?.mono_ms ?? last.call.mono_ms;
    const waited = step.call.mono_ms - endedMs;
    const settled = pictureAfter(last)?.settle_ms ?? 0;
    const ms = Math.min(Math.max(waited, settled), LONGEST_MS);
    return ms < SHORTEST_MS ? 0 : Math.round(ms) / 1000;
  }
}

/** Environment variables for texts that were typed and not recorded: SECRET_1, SECRET_2 … */
export class SecretNames {
  #count = 0;

  next(): string {
    this.#count += 1;
    return `SECRET_${this.#count}`;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** None where it is no object. */
export function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

/** Text that may stand in a comment. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
