// A trace as a JSONL file on this machine, with its index beside it.
import { resolve } from 'node:path';
import { kindOf } from '../../../trace/predicate/event.ts';
import type { RunStats } from '../../../trace/predicate/status.ts';
import { runStats } from '../../../trace/predicate/run-stats.ts';
import { writeTraceIndex } from '../../../trace/predicate/write-index.ts';
import type { EitherCase } from '../../names.ts';
import { messageOf, type TraceLogger } from '../logger.ts';
import { LineFile } from './line-file.ts';
import { SinkLogger } from './sink-logger.ts';
import { sinkOptions } from './sink-options.ts';
import { TraceSink, type TraceEvent } from './sink.ts';

export interface JsonlOptions {
  logger?: TraceLogger | undefined;
  /** Writes `<name>.index.json` at the end. Default true. */
  index?: boolean;
}

export class JsonlTraceSink extends TraceSink {
  readonly #path: string;
  readonly #logger: SinkLogger;
  readonly #file: LineFile;
  readonly #index: boolean;
  #closing: Promise<void> | undefined;

  /** Makes the parents; a file that is there is appended to. Throws where it cannot be written. */
  constructor(path: string, given: EitherCase<JsonlOptions> = {}) {
    super();
    const options = sinkOptions(given, ['logger', 'index'], 'JsonlTraceSink') as JsonlOptions;
    this.#path = resolve(path);
    this.#logger = new SinkLogger(options.logger);
    this.#index = options.index ?? true;
    this.#file = new LineFile({
      path: this.#path,
      onError: (error) => this.#logger.error(`Trace event not written to ${path}: ${error.message}`),
    });
  }

  /** The line is in the file when this returns, but for one with elements or an image: that is there a moment later. */
  override emit(event: TraceEvent): void {
    if (this.#closing) {
      this.#logger.warn(`Trace event ${event.type} came after the end of ${this.#path}: it is dropped`);
      return;
    }
    if (isLarge(event)) this.#file.writeSoon(() => JSON.stringify(event));
    else this.#file.write(JSON.stringify(event));
  }

  override close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  override useLogger(logger: TraceLogger): void {
    this.#logger.adopt(logger);
  }

  isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Absolute. */
  getPath(): string {
    return this.#path;
  }

  /** What the file tells, whoever wrote it. */
  async getStats(): Promise<RunStats> {
    return runStats(this.#path);
  }

  async #end(): Promise<void> {
    this.#file.close();
    if (!this.#index) return;
    try {
      await writeTraceIndex(this.#path, undefined, true);
    } catch (error) {
      this.#logger.warn(`Trace index not written for ${this.#path}: ${messageOf(error)}`);
    }
  }
}

/** What holds many elements or an image takes longer to write than an agent should wait; a snapshot's data to make, too. */
function isLarge(event: TraceEvent): boolean {
  if (kindOf(event.type) === 'snapshot') return true;
  return event.data['elements'] !== undefined || event.data['screenshot_base64'] !== undefined;
}
