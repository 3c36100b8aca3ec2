// Counts of a trace, kept row by row, so that neither a stop nor a reader has to go through it again.
import type { Counts, Envelope, KnownRow, MaskCounts, RowOf } from './format.ts';
import { isPredicateType } from './format.ts';

/** Rows that are one event each. */
const EVENTS = new Set<string>(['desktop', 'fault', 'trace_end']);

export class Tally {
  #events = 0;
  #steps = 0;
  #failed = 0;
  readonly #open = new Set<string>();
  readonly #pictures = new Set<string>();
  #masked: MaskCounts = {};
  #callEvents = true;
  #metadataEvents = true;

  add(row: KnownRow): void {
    if (row.type === 'trace_start') this.#begin(row);
    else if (row.type === 'call') this.#addCall(row);
    else if (row.type === 'reply') this.#addReply(row);
    else if (row.type === 'frame') this.#addFrame(row);
    else if (row.type === 'masked') this.#addMask(row);
    else if (row.type === 'metadata') this.#events += Number(this.#metadataEvents);
    else if (EVENTS.has(row.type)) this.#events += 1;
  }

  /** A row of a type that the recorder does not write itself. */
  addOther(row: Pick<Envelope, 'type'>): void {
    if (isPredicateType(row.type)) this.#events += 1;
  }

  counts(): Counts & { masked: MaskCounts } {
    return {
      events: this.#events,
      steps: this.#steps,
      screenshots: this.#pictures.size,
      errors: this.#failed + this.#open.size,
      masked: structuredClone(this.#masked),
    };
  }

  #begin({ data }: RowOf<'trace_start'>): void {
    this.#callEvents = data.config.api_calls;
    this.#metadataEvents = data.config.metadata;
    this.#events += 1;
  }

  #addCall({ data }: RowOf<'call'>): void {
    this.#steps += 1;
    this.#open.add(data.call_id);
    this.#events += Number(this.#callEvents) + Number(data.wish?.tree === true);
  }

  #addReply({ data }: RowOf<'reply'>): void {
    if (this.#open.delete(data.call_id) && !data.success) this.#failed += 1;
  }

  #addMask({ data: { rule, place } }: RowOf<'masked'>): void {
    const places = (this.#masked[rule] ??= {});
    places[place.in] = (places[place.in] ?? 0) + 1;
  }

  #addFrame({ data }: RowOf<'frame'>): void {
    if ('file' in data) this.#pictures.add(data.file);
  }
}
