// An uploaded run as a trace of this server: its events become rows at their own times, pictures go back into their rows.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeskreelError } from '../../protocol/errors.ts';
import { RecordedOptions } from '../../protocol/tracing.ts';
import { SEQUENCE_FIELD } from '../../protocol/uploads.ts';
import { JOURNAL, UPLOADED_RUN } from '../../trace/layout.ts';
import { kindOf, timeOf, type PredicateEvent } from '../../trace/predicate/event.ts';
import { readLines } from '../../trace/predicate/lines.ts';
import { Tally } from '../../trace/tally.ts';
import { BlobStore } from '../recorder/blob-store.ts';
import { Journal } from '../recorder/journal.ts';
import type { Recorded } from '../recorder/trace-recording.ts';
import { Reserve, RESERVE } from '../recorder/reserve.ts';
import { uploadedEvent } from './check-lines.ts';
import { LINES_FILE, screenshotName, SCREENSHOTS_DIR, type UploadRecord } from './record.ts';

const NO_DESKTOP = { id: UPLOADED_RUN, name: 'uploaded run' };

/** The times of the events, for rows: they stand still between two of them and never go backwards. */
class EventClock {
  #now: number;
  readonly #start: number;

  constructor(start: number) {
    this.#start = start;
    this.#now = start;
  }

  to(event: PredicateEvent): void {
    this.#now = Math.max(this.#now, timeOf(event) ?? this.#now);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }
}

/** `from`: the folder of the upload; `dir`: the folder of the trace, which is empty. */
export async function writeUploadedTrace(from: string, dir: string, record: UploadRecord): Promise<Recorded> {
  const lines = join(from, LINES_FILE);
  const clock = new EventClock(await firstTime(lines));
  const reserve = new Reserve(join(dir, RESERVE));
  const journal = new Journal({ path: join(dir, JOURNAL), runId: record.run_id, clock, reserve });
  const tally = new Tally();
  // Makes the folders that every trace has.
  const blobs = new BlobStore(dir);
  try {
    const config = RecordedOptions.parse({});
    const { trace_id, goal: name } = record;
    const start = journal.append('trace_start', { trace_id, name, config, desktop: NO_DESKTOP }, 'open');
    tally.add(start);
    for await (const event of withPictures(lines, from, record.run_id)) {
      clock.to(event);
      const row = journal.appendForeign(event.type, event.data, { stepId: event.step_id });
      tally.addOther(row);
    }
    const counts = tally.counts();
    const all = { ...counts, events: counts.events + 1 };
    const end = journal.append('trace_end', { end: 'stopped', counts: all }, 'must');
    return { start, end, journal: journal.end, blobs: blobs.files() };
  } finally {
    journal.close();
    reserve.release();
  }
}

async function firstTime(lines: string): Promise<number> {
  for await (const { text } of readLines(lines)) {
    return timeOf(JSON.parse(text) as PredicateEvent) ?? Date.now();
  }
  return Date.now();
}

async function* withPictures(lines: string, from: string, runId: string): AsyncGenerator<PredicateEvent> {
  const pictures = await picturesIn(join(from, SCREENSHOTS_DIR));
  const isNumbered = await hasNumbers(lines);
  let snapshots = 0;
  for await (const line of readLines(lines)) {
    const event = uploadedEvent(line, runId);
    if (kindOf(event.type) !== 'snapshot') {
      yield event;
      continue;
    }
    snapshots += 1;
    yield await withPicture(event, pictures, isNumbered ? undefined : snapshots);
  }
}

/** Predicate's own clients say no numbers: the pictures are those of the first snapshots, in their order. */
async function hasNumbers(lines: string): Promise<boolean> {
  for await (const { text } of readLines(lines)) if (text.includes(`"${SEQUENCE_FIELD}":`)) return true;
  return false;
}

async function withPicture(
  event: PredicateEvent,
  pictures: ReadonlyMap<number, Picture>,
  place: number | undefined,
): Promise<PredicateEvent> {
  const { [SEQUENCE_FIELD]: said, ...data } = event.data;
  const sequence = typeof said === 'number' ? said : place;
  const picture = sequence === undefined ? undefined : pictures.get(sequence);
  if (typeof said === 'number' && !picture) {
    throw new DeskreelError(
      'conflict',
      `screenshot ${said} of the trace was not uploaded: PUT it, then complete`,
    );
  }
  if (picture && data['screenshot_base64'] === undefined) {
    data['screenshot_base64'] = await readFile(picture.path, 'base64');
    data['screenshot_format'] = picture.format;
  }
  return { ...event, data };
}

interface Picture {
  readonly path: string;
  readonly format: string;
}

async function picturesIn(dir: string): Promise<Map<number, Picture>> {
  const pictures = new Map<number, Picture>();
  for (const name of await readdir(dir)) {
    const [, sequence, format] = /^(\d+)\.(png|jpeg)$/.exec(name) ?? [];
    if (sequence === undefined || format === undefined) continue;
    if (name === screenshotName(Number(sequence), format === 'png' ? 'png' : 'jpeg')) {
      pictures.set(Number(sequence), { path: join(dir, name), format });
    }
  }
  return pictures;
}
