// The upload of one pending run, from the first part to the last acknowledgement. What was acknowledged is not sent again.
import { z } from 'zod';
import { Lane } from '../../../protocol/lane.ts';
import { ScreenshotAddresses, UploadAddress } from '../../../protocol/uploads.ts';
import { messageOf, type TraceLogger } from '../logger.ts';
import { removePending, writeState, type PendingRun, type UploadState } from './pending.ts';
import { prepareRun, type Part, type PreparedRun } from './prepare.ts';
import { Progress } from './progress.ts';
import { UploadFailure, type Transport } from './transport.ts';

/** Pictures that travel at the same time. */
const AT_ONCE = 10;
const MIB = 1024 * 1024;

export interface UploadParts {
  readonly run: PendingRun;
  readonly state: UploadState;
  readonly transport: Transport;
  readonly logger: TraceLogger;
  /** From an `init` that was just answered. Without it, one is asked for. */
  readonly uploadUrl?: string | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Never throws. `true`: everything was acknowledged, and nothing of the run is left here. */
export async function uploadRun(parts: UploadParts): Promise<boolean> {
  const { run, logger } = parts;
  try {
    await new Upload(parts).go();
    await removePending(run);
    return true;
  } catch (error) {
    logger.error(`Upload failed: ${messageOf(error)}`);
    logger.warn(`Local trace preserved at: ${run.lines}`);
    return false;
  }
}

class Upload {
  readonly #parts: UploadParts;
  readonly #writing = new Lane();
  #state: UploadState;
  /** Parts were acknowledged before this process. */
  #resumed = false;

  constructor(parts: UploadParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  async go(): Promise<void> {
    const { run, logger, onProgress } = this.#parts;
    const url = this.#parts.uploadUrl ?? (await this.#init());
    const prepared = await prepareRun(run, new URL(url ?? 'http://unknown/').pathname.slice(1), logger);
    if (url === undefined) return;
    await this.#keep(prepared);
    this.#tellSizes(prepared);
    const progress = new Progress(totalOf(prepared), onProgress);
    try {
      await this.#sendAll(prepared, url, progress);
    } catch (error) {
      if (!this.#isLost(error)) throw error;
      logger.warn('The server has lost what it had acknowledged: it is sent again');
      await this.#remember({ ...this.#state, acknowledged: [] });
      await this.#sendAll(prepared, url, progress);
    }
    progress.finish();
  }

  async #sendAll(prepared: PreparedRun, url: string, progress: Progress): Promise<void> {
    const { logger } = this.#parts;
    this.#resumed = this.#state.acknowledged.length > 0;
    await this.#sendScreenshots(prepared.screenshots, progress);
    logger.info(`Uploading trace to cloud (${prepared.trace.bytes} bytes)`);
    await this.#send(prepared.trace, () => Promise.resolve(url), progress);
    logger.info('Trace uploaded successfully');
    await this.#send(prepared.index, () => this.#indexUrl(), progress);
    await this.#complete(prepared);
  }

  /** It was resumed, and the server says that something is missing. */
  #isLost(error: unknown): boolean {
    const isMissing = error instanceof UploadFailure && (error.status === 404 || error.status === 409);
    return this.#resumed && isMissing;
  }

  /** Undefined where the server has this very run, complete. */
  async #init(): Promise<string | undefined> {
    const { run, transport } = this.#parts;
    const { metadata } = this.#state;
    try {
      const body = { run_id: run.runId, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
      return (await transport.ask('/v1/traces/init', body, UploadAddress)).upload_url;
    } catch (error) {
      if (!(error instanceof UploadFailure) || error.status !== 409) throw error;
      if (await this.#isOurs(error.body)) return undefined;
      throw new Error(`run ${run.runId} is finished at the server, with other events than these`, {
        cause: error,
      });
    }
  }

  /** A finished run is this one where its content is; a server that does not tell is believed if it took all parts. */
  async #isOurs(body: unknown): Promise<boolean> {
    const told = FinishedRun.safeParse(body);
    if (!told.success) return this.#state.acknowledged.includes('index');
    const { sha256 } = await prepareRun(this.#parts.run, '', this.#parts.logger);
    return told.data.error.details.sha256 === sha256;
  }

  /** What was acknowledged of other content is not acknowledged. */
  async #keep({ sha256 }: PreparedRun): Promise<void> {
    const acknowledged = this.#state.sha256 === sha256 ? this.#state.acknowledged : [];
    await this.#remember({ ...this.#state, sha256, acknowledged });
  }

  async #sendScreenshots(screenshots: ReadonlyMap<number, Part>, progress: Progress): Promise<void> {
    const { run, transport, logger } = this.#parts;
    const missing = [...screenshots].filter(([, part]) => !this.#has(part));
    for (const [, part] of screenshots) if (this.#has(part)) progress.at(part.name, part.bytes);
    if (missing.length > 0) {
      const body = { run_id: run.runId, sequences: missing.map(([sequence]) => sequence) };
      const urls = (await transport.ask('/v1/screenshots/init', body, ScreenshotAddresses)).upload_urls;
      const failed: number[] = [];
      const queue = [...missing];
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const [sequence, part] = next;
          const sent = await this.#trySend(part, urls[String(sequence)], progress);
          if (!sent) failed.push(sequence);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      if (failed.length > 0) throw someFailed(screenshots.size, failed);
    }
    if (screenshots.size > 0) {
      const size = megabytes(sizeOf(screenshots.values()));
      logger.info(`All ${screenshots.size} screenshots uploaded successfully (total size: ${size} MB)`);
    }
  }

  async #trySend(part: Part, url: string | undefined, progress: Progress): Promise<boolean> {
    try {
      if (url === undefined) throw new Error('the server gave no address for it');
      await this.#send(part, () => Promise.resolve(url), progress);
      return true;
    } catch (error) {
      this.#parts.logger.warn(`${part.name} was not uploaded: ${messageOf(error)}`);
      return false;
    }
  }

  async #send(part: Part, urlOf: () => Promise<string>, progress: Progress): Promise<void> {
    if (!this.#has(part)) {
      await this.#parts.transport.put(await urlOf(), part, (bytes) => progress.at(part.name, bytes));
      const acknowledged = [...this.#state.acknowledged, part.name];
      await this.#remember({ ...this.#state, acknowledged });
    }
    progress.at(part.name, part.bytes);
  }

  async #indexUrl(): Promise<string> {
    const { run, transport } = this.#parts;
    const answer = await transport.ask('/v1/traces/index_upload', { run_id: run.runId }, UploadAddress);
    return answer.upload_url;
  }

  async #complete({ stats, trace, screenshots, index }: PreparedRun): Promise<void> {
    const { run, transport, logger } = this.#parts;
    const sizes = {
      trace_file_size_bytes: trace.bytes,
      screenshot_total_size_bytes: sizeOf(screenshots.values()),
      screenshot_count: screenshots.size,
      index_file_size_bytes: index.bytes,
    };
    await transport.ask(
      '/v1/traces/complete',
      { run_id: run.runId, stats: { ...stats, ...sizes } },
      z.unknown(),
    );
    logger.info('Trace completion reported to gateway');
  }

  #tellSizes({ trace, screenshots, index }: PreparedRun): void {
    const { logger } = this.#parts;
    logger.info(`Trace file size: ${megabytes(trace.bytes)} MB`);
    logger.info(`Screenshot total: ${megabytes(sizeOf(screenshots.values()))} MB`);
    logger.info(`Index file size: ${(index.bytes / 1024).toFixed(2)} KB`);
  }

  /** Parts are sent at the same time; what is written last must be what is known last. */
  #remember(state: UploadState): Promise<void> {
    this.#state = state;
    return this.#writing.enter(() => writeState(this.#parts.run, this.#state));
  }

  #has({ name }: Part): boolean {
    return this.#state.acknowledged.includes(name);
  }
}

const FinishedRun = z.object({ error: z.object({ details: z.object({ sha256: z.string() }) }) });

function someFailed(all: number, failed: readonly number[]): Error {
  const list = [...failed].sort((a, b) => a - b).join(', ');
  return new Error(`Uploaded ${all - failed.length}/${all} screenshots. Failed sequences: ${list}`);
}

function totalOf({ trace, screenshots, index }: PreparedRun): number {
  return trace.bytes + index.bytes + sizeOf(screenshots.values());
}

function sizeOf(parts: Iterable<Part>): number {
  let bytes = 0;
  for (const part of parts) bytes += part.bytes;
  return bytes;
}

function megabytes(bytes: number): string {
  return (bytes / MIB).toFixed(2);
}
