// Uploads of runs: from `init` over the parts to a sealed trace. Every step may be done again, after a kill too.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseJson } from '../../protocol/codec.ts';
import { DeskreelError } from '../../protocol/errors.ts';
import { KeyedLanes } from './keyed-lanes.ts';
import { exists, privateDir, readJson, writeJson } from '../fs-atomic.ts';
import { newSecret } from '../ids.ts';
import type { Log } from '../log.ts';
import type { TraceStore } from '../recorder/traces-store.ts';
import { checkLines } from './check-lines.ts';
import { removeHalfParts, writePart, type PartRules } from './part-file.ts';
import {
  INDEX_FILE,
  isUploadId,
  LINES_FILE,
  placeOf,
  RECORD_FILE,
  SCREENSHOTS_DIR,
  screenshotName,
  UploadRecord,
  type UploadPlace,
} from './record.ts';
import { writeUploadedTrace } from './write-trace.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

export interface UploadsParts {
  /** The server's data folder. */
  readonly data: string;
  readonly traces: TraceStore;
  readonly log: Log;
}

/** What came with a part. */
export interface PartHeaders {
  readonly key: string;
  readonly gzip: boolean;
  readonly contentType: string;
}

/** Opens the uploads of the data folder; what a killed server left half done is removed. */
export async function openUploads(parts: UploadsParts): Promise<Uploads> {
  const root = join(parts.data, 'uploads');
  await privateDir(root);
  await removeHalfParts(root);
  return new Uploads(root, parts);
}

export class Uploads {
  readonly #root: string;
  readonly #traces: TraceStore;
  readonly #log: Log;
  /** Two requests for one run come one after the other. */
  readonly #lanes = new KeyedLanes();

  constructor(root: string, { traces, log }: Omit<UploadsParts, 'data'>) {
    this.#root = root;
    this.#traces = traces;
    this.#log = log;
  }

  /** Begins an upload, or goes on with it. Returns the path and key of its trace. Throws `conflict` for a finished run. */
  init(runId: string, goal: string | null): Promise<string> {
    return this.#alone(runId, async (place) => {
      const known = await this.#read(place);
      if (known && (await this.#isFinished(known))) throw finished(known);
      const record = known && !known.finished ? known : this.#begin(runId, goal);
      if (record !== known) {
        await rm(place.dir, { recursive: true, force: true });
        await privateDir(join(place.dir, SCREENSHOTS_DIR));
        await this.#write(place, record);
      }
      return partPath(place, 'trace', record);
    });
  }

  /** Paths and keys for pictures, by their numbers. */
  screenshots(runId: string, sequences: readonly number[]): Promise<Record<string, string>> {
    return this.#alone(runId, async (place) => {
      const record = await this.#open(place);
      const paths = sequences.map((sequence) => [
        String(sequence),
        partPath(place, `screenshots/${sequence}`, record),
      ]);
      return Object.fromEntries(paths) as Record<string, string>;
    });
  }

  index(runId: string): Promise<string> {
    return this.#alone(runId, async (place) => partPath(place, 'index', await this.#open(place)));
  }

  /** Stores one part, replacing an earlier one. Throws `unauthorized` for another key. */
  async put(id: string, part: string, source: Readable, headers: PartHeaders): Promise<void> {
    if (!isUploadId(id)) throw noUpload();
    const place = { id, dir: join(this.#root, id) };
    const record = await this.#read(place);
    if (!record || !isSame(record.key, headers.key)) {
      throw new DeskreelError('unauthorized', 'this key opens no upload; init gives another');
    }
    if (record.finished) throw finished(record);
    const { name, rules } = partRules(part, record, headers);
    await writePart(source, join(place.dir, name), rules);
  }

  /** Makes the trace. When this resolves it is sealed and listed. */
  complete(runId: string): Promise<{ trace_id: string; run_id: string }> {
    return this.#alone(runId, async (place) => {
      const record = await this.#read(place);
      if (!record) throw noUpload();
      const answer = { trace_id: record.trace_id, run_id: record.run_id };
      if (await this.#isFinished(record)) return answer;
      const lines = join(place.dir, LINES_FILE);
      if (!(await exists(lines))) {
        throw new DeskreelError(
          'conflict',
          'the trace itself was not uploaded: PUT it to the address of init',
        );
      }
      await this.#traces.takeIn(record.trace_id, ({ dir }) => writeUploadedTrace(place.dir, dir, record));
      await this.#write(place, { ...record, finished: true, sha256: await sha256Of(lines) });
      await removeParts(place);
      this.#log.info('upload.completed', { trace: record.trace_id });
      return answer;
    });
  }

  #begin(runId: string, goal: string | null): UploadRecord {
    const key = newSecret('dru');
    return { run_id: runId, goal, key, trace_id: this.#traces.newId(), finished: false, sha256: null };
  }

  /** A run whose trace was deleted since may be uploaded again. */
  async #isFinished({ finished: done, trace_id: id }: UploadRecord): Promise<boolean> {
    return done && (await this.#traces.has(id));
  }

  async #open(place: UploadPlace): Promise<UploadRecord> {
    const record = await this.#read(place);
    if (!record) throw noUpload();
    if (await this.#isFinished(record)) throw finished(record);
    return record;
  }

  #read(place: UploadPlace): Promise<UploadRecord | undefined> {
    return readJson(join(place.dir, RECORD_FILE), UploadRecord);
  }

  #write(place: UploadPlace, record: UploadRecord): Promise<void> {
    return writeJson(join(place.dir, RECORD_FILE), record);
  }

  #alone<T>(runId: string, work: (place: UploadPlace) => Promise<T>): Promise<T> {
    const place = placeOf(this.#root, runId);
    return this.#lanes.enter(place.id, () => work(place));
  }
}

function partRules(
  part: string,
  record: UploadRecord,
  { gzip, contentType }: PartHeaders,
): { name: string; rules: PartRules } {
  if (part === 'trace') {
    const check = (path: string): Promise<void> => checkLines(path, record.run_id);
    return { name: LINES_FILE, rules: { most: 4 * GIB, gzip, check } };
  }
  if (part === 'index') return { name: INDEX_FILE, rules: { most: 64 * MIB, gzip, check: checkJson } };
  const [, sequence] = /^screenshots\/(\d{1,6})$/.exec(part) ?? [];
  if (sequence === undefined) throw noUpload();
  const format = /^image\/(png|jpe?g)$/.exec(contentType)?.[1];
  if (format === undefined) {
    throw new DeskreelError('bad_request', 'Content-Type: a screenshot is image/jpeg or image/png');
  }
  const name = screenshotName(Number(sequence), format === 'png' ? 'png' : 'jpeg');
  const check = (): Promise<void> => Promise.resolve();
  return { name: join(SCREENSHOTS_DIR, name), rules: { most: 32 * MIB, gzip, check } };
}

/** The index is made again from the trace by whoever needs it; what is sent is checked, so that a fault shows early. */
async function checkJson(path: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) chunks.push(chunk);
  parseJson(Buffer.concat(chunks).toString('utf8'));
}

function partPath({ id }: UploadPlace, part: string, { key }: UploadRecord): string {
  return `/v1/uploads/${id}/${part}?key=${key}`;
}

async function removeParts({ dir }: UploadPlace): Promise<void> {
  for (const name of [LINES_FILE, INDEX_FILE, SCREENSHOTS_DIR]) {
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

function finished({ trace_id, sha256, run_id: runId }: UploadRecord): DeskreelError {
  const details = { trace_id, sha256 };
  return new DeskreelError('conflict', `run ${runId} is finished: it is trace ${trace_id}`, { details });
}

function noUpload(): DeskreelError {
  return new DeskreelError('not_found', 'no such upload: begin with POST /v1/traces/init');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
