// A pending run as parts to upload: the lines without their images, the images, and the index, each a file with a size.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { SEQUENCE_FIELD } from '../../../protocol/uploads.ts';
import { buildTraceIndex } from '../../../trace/predicate/build-index.ts';
import { kindOf, readEvent } from '../../../trace/predicate/event.ts';
import { studioForm } from '../../../trace/predicate/index-form.ts';
import { readLines } from '../../../trace/predicate/lines.ts';
import { RunTally, type RunStats } from '../../../trace/predicate/status.ts';
import { messageOf, type TraceLogger } from '../logger.ts';
import { formatOf, plainBase64, type ImageFormat } from '../screenshot.ts';
import type { PendingRun } from './pending.ts';

export interface Part {
  /** `trace`, `index`, `screenshot-1` ... */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PreparedRun {
  readonly trace: Part;
  /** By their numbers, from 1. */
  readonly screenshots: ReadonlyMap<number, Part>;
  readonly index: Part;
  readonly stats: RunStats;
  /** Of the lines as they are uploaded. */
  readonly sha256: string;
}

const GZIP_LINES = { 'content-type': 'application/x-gzip', 'content-encoding': 'gzip' };
const GZIP_JSON = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
const JPEG_QUALITY = 90;

/** `tracePath`: where the index says that the trace lies. The same lines always give the same parts. */
export async function prepareRun(
  run: PendingRun,
  tracePath: string,
  logger: TraceLogger,
): Promise<PreparedRun> {
  await mkdir(run.parts, { recursive: true, mode: 0o700 });
  const plain = join(run.parts, 'lines');
  const work = new Separation(run, logger);
  await pipeline(Readable.from(work.lines()), createWriteStream(plain, { mode: 0o600 }));
  const packed = join(run.parts, 'trace.gz');
  await pipeline(createReadStream(plain), createGzip(), createWriteStream(packed, { mode: 0o600 }));
  const trace = await part('trace', packed, GZIP_LINES);
  const index = await indexPart(run, plain, tracePath);
  await rm(plain);
  const sha256 = work.sum.digest('hex');
  return { trace, screenshots: work.screenshots, index, stats: work.tally.stats(), sha256 };
}

async function indexPart(run: PendingRun, plain: string, tracePath: string): Promise<Part> {
  const whole = await buildTraceIndex(plain);
  const form = studioForm({ ...whole, run_id: run.runId });
  const text = JSON.stringify({ ...form, trace_file: { ...form.trace_file, path: tracePath } });
  const path = join(run.parts, 'index.gz');
  await writeFile(path, gzipSync(text), { mode: 0o600 });
  return part('index', path, GZIP_JSON);
}

/** Takes the images out of the lines, and keeps what is told of the run. */
class Separation {
  readonly screenshots = new Map<number, Part>();
  readonly tally = new RunTally();
  readonly sum = createHash('sha256');
  readonly #run: PendingRun;
  readonly #logger: TraceLogger;

  constructor(run: PendingRun, logger: TraceLogger) {
    this.#run = run;
    this.#logger = logger;
  }

  /** A line that is no event, such as one that a kill has cut off, is left out, and told. */
  async *lines(): AsyncGenerator<string> {
    for await (const { text, number } of readLines(this.#run.lines)) {
      const event = readEvent(text);
      if (!event) {
        this.#logger.warn(`Line ${number} of trace ${this.#run.runId} is no event: it is not uploaded`);
        continue;
      }
      this.tally.add(event);
      const image = kindOf(event.type) === 'snapshot' ? event.data['screenshot_base64'] : undefined;
      const data =
        typeof image === 'string' && image !== '' ? await this.#withoutImage(event.data, image) : undefined;
      const line = data ? JSON.stringify({ ...event, data }) : text;
      this.sum.update(`${line}\n`);
      yield `${line}\n`;
    }
  }

  async #withoutImage(data: Record<string, unknown>, image: string): Promise<Record<string, unknown>> {
    const rest = { ...data };
    delete rest['screenshot_base64'];
    delete rest['screenshot_format'];
    const said = data['screenshot_format'];
    const sequence = this.screenshots.size + 1;
    const { base64, format } = plainBase64(image);
    const bytes = Buffer.from(base64, 'base64');
    const known = formatOf(base64) ?? format ?? (said === 'png' ? 'png' : 'jpeg');
    const picture = await this.#asJpeg(bytes, known, sequence);
    const path = join(this.#run.parts, `screenshot-${sequence}`);
    await writeWhole(path, picture.bytes);
    const headers = { 'content-type': `image/${picture.format}` };
    this.screenshots.set(sequence, await part(`screenshot-${sequence}`, path, headers));
    return { ...rest, [SEQUENCE_FIELD]: sequence };
  }

  async #asJpeg(
    bytes: Buffer,
    format: ImageFormat,
    sequence: number,
  ): Promise<{ bytes: Buffer; format: ImageFormat }> {
    if (format === 'jpeg') return { bytes, format };
    try {
      return { bytes: await sharp(bytes).jpeg({ quality: JPEG_QUALITY }).toBuffer(), format: 'jpeg' };
    } catch (error) {
      this.#logger.warn(
        `Screenshot ${sequence} cannot be read, it is uploaded as it is: ${messageOf(error)}`,
      );
      return { bytes, format };
    }
  }
}

async function part(name: string, path: string, headers: Record<string, string>): Promise<Part> {
  return { name, path, bytes: (await stat(path)).size, headers };
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await writeFile(`${path}.tmp`, bytes, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}
