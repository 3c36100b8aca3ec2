// A run whose server did not answer: a file on this machine that waits to be uploaded by the next tracer, too.
import { copyFile, link, mkdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, type TraceLogger } from '../logger.ts';
import { own, type Release } from '../upload/owner.ts';
import { writeState, type PendingRun, type UploadState } from '../upload/pending.ts';
import { JsonlTraceSink } from './jsonl-sink.ts';

/** Where the run is to be uploaded, and with what. */
export type Wanted = Pick<UploadState, 'api_url' | 'metadata'>;

export class FallbackSink extends JsonlTraceSink {
  readonly #run: PendingRun;
  readonly #logger: TraceLogger;
  readonly #release: Release | undefined;
  #isCopied = true;

  private constructor(path: string, run: PendingRun, logger: TraceLogger, release: Release | undefined) {
    super(path, { logger });
    this.#run = run;
    this.#logger = logger;
    this.#release = release;
  }

  static async open(
    path: string,
    run: PendingRun,
    wanted: Wanted,
    logger: TraceLogger,
  ): Promise<FallbackSink> {
    await mkdir(dirname(run.lines), { recursive: true, mode: 0o700 });
    const sink = new FallbackSink(path, run, logger, await own(run));
    if (sink.#release) await sink.#link(wanted);
    return sink;
  }

  override async close(): Promise<void> {
    await super.close();
    if (!this.#isCopied)
      await this.#keep(() => copyFile(this.getPath(), this.#run.lines, constants.COPYFILE_EXCL));
    await this.#release?.();
  }

  override getSinkType(): string {
    return 'JsonlTraceSink';
  }

  /** One file under two names: what a kill leaves waits as well. On two disks it is copied at the end. */
  async #link(wanted: Wanted): Promise<void> {
    await this.#keep(async () => {
      try {
        await link(this.getPath(), this.#run.lines);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
        this.#isCopied = false;
      }
      await mkdir(this.#run.parts, { recursive: true, mode: 0o700 });
      await writeState(this.#run, { ...wanted, sha256: null, acknowledged: [] });
    });
  }

  async #keep(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn(`The trace is not kept for a later upload: ${messageOf(error)}`);
    }
  }
}
