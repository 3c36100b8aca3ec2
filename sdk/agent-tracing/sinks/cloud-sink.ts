// A run that is uploaded at its end. While it runs it is a file on this machine, which stays until all was acknowledged.
import { access, mkdir } from 'node:fs/promises';
import { DeskreelError } from '../../../protocol/errors.ts';
import { isMissing } from '../../../server/fs-atomic.ts';
import type { EitherCase, InSnakeCase } from '../../names.ts';
import { messageOf, type TraceLogger } from '../logger.ts';
import { checkedRunId } from '../run-id.ts';
import { own, type Release } from '../upload/owner.ts';
import { pendingFolder, pendingRun, writeState, type PendingRun } from '../upload/pending.ts';
import { Transport, type UploadTimes } from '../upload/transport.ts';
import { uploadRun } from '../upload/uploader.ts';
import { JsonlTraceSink } from './jsonl-sink.ts';
import { SinkLogger } from './sink-logger.ts';
import { sinkOptions } from './sink-options.ts';
import { TraceSink, type CloseOptions, type TraceEvent } from './sink.ts';

export interface CloudOptions {
  runId: string;
  /** A server's address, such as `http://127.0.0.1:7800`. */
  apiUrl: string;
  /** The server's token. */
  apiKey: string;
  logger?: TraceLogger | undefined;
  /** What the run is about: `goal`, `agent_type`, `llm_model`, `start_url`. */
  metadata?: Record<string, string>;
  /** From an `init` that was just answered. */
  uploadUrl?: string;
  /** Where runs wait. Default `<data>/traces/pending`. */
  folder?: string;
  times?: UploadTimes;
}

const KEYS = ['runId', 'apiUrl', 'apiKey', 'logger', 'metadata', 'uploadUrl', 'folder', 'times'];

/** A run of that name that waits for another server would be written into. */
async function refuseWaiting(run: PendingRun): Promise<void> {
  try {
    await access(run.lines);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  throw new DeskreelError(
    'conflict',
    `a run ${run.runId} still waits to be uploaded at ${run.lines}; choose another run id, or remove it`,
  );
}

export class CloudTraceSink extends TraceSink {
  readonly #options: CloudOptions;
  readonly #run: PendingRun;
  readonly #release: Release;
  readonly #file: JsonlTraceSink;
  readonly #logger: SinkLogger;
  #closing: Promise<void> | undefined;

  private constructor(options: CloudOptions, run: PendingRun, release: Release) {
    super();
    this.#options = options;
    this.#run = run;
    this.#release = release;
    this.#logger = new SinkLogger(options.logger);
    this.#file = new JsonlTraceSink(run.lines, { logger: this.#logger, index: false });
  }

  /** Throws `conflict` where another process, or this one, writes a run of that name. */
  static async open(given: EitherCase<CloudOptions> | InSnakeCase<CloudOptions>): Promise<CloudTraceSink> {
    const options = sinkOptions(given, KEYS, 'CloudTraceSink') as unknown as CloudOptions;
    const run = pendingRun(options.folder ?? pendingFolder(), checkedRunId(options.runId));
    const release = await own(run);
    if (!release) {
      throw new DeskreelError(
        'conflict',
        `run ${run.runId} is being written or uploaded; choose another run id`,
      );
    }
    try {
      await refuseWaiting(run);
      await mkdir(run.parts, { recursive: true, mode: 0o700 });
      const { apiUrl: api_url, metadata = {} } = options;
      await writeState(run, { api_url, metadata, sha256: null, acknowledged: [] });
      return new CloudTraceSink(options, run, release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Throws after `close()`. */
  override emit(event: TraceEvent): void {
    if (this.#closing) throw new Error('CloudTraceSink is closed');
    this.#file.emit(event);
  }

  /** Uploads. Does not throw where that fails: the local copy stays, and the next tracer uploads it. */
  override close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#end(options);
    return this.#closing;
  }

  override useLogger(logger: TraceLogger): void {
    this.#logger.adopt(logger);
  }

  /** The local copy. */
  getPath(): string {
    return this.#run.lines;
  }

  async #end({ onProgress }: CloseOptions): Promise<void> {
    const { apiUrl, apiKey, times, metadata = {}, uploadUrl } = this.#options;
    try {
      await this.#file.close();
      const transport = new Transport({ apiUrl, apiKey, ...(times ? { times } : {}) });
      const state = { api_url: apiUrl, metadata, sha256: null, acknowledged: [] };
      await uploadRun({ run: this.#run, state, transport, logger: this.#logger, uploadUrl, onProgress });
    } catch (error) {
      this.#logger.error(`Upload failed: ${messageOf(error)}`);
    } finally {
      await this.#release();
    }
  }
}
