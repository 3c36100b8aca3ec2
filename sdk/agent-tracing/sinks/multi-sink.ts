// One run into several sinks. None of them can keep the others from their events.
import { messageOf, type TraceLogger } from '../logger.ts';
import { SinkLogger } from './sink-logger.ts';
import { TraceSink, type CloseOptions, type TraceEvent } from './sink.ts';

export class MultiSink extends TraceSink {
  readonly #sinks: readonly TraceSink[];
  readonly #logger: SinkLogger;
  readonly #writing = new Set<Promise<void>>();

  constructor(sinks: readonly TraceSink[], logger?: TraceLogger) {
    super();
    this.#sinks = [...sinks];
    this.#logger = new SinkLogger(logger);
  }

  override emit(event: TraceEvent): void {
    for (const sink of this.#sinks) {
      try {
        const writing = sink.emit(event);
        if (writing) this.#watch(writing, sink);
      } catch (error) {
        this.#failed(sink, error);
      }
    }
  }

  override async close(options?: CloseOptions): Promise<void> {
    await Promise.all(this.#writing);
    const closed = await Promise.allSettled(this.#sinks.map(async (sink) => sink.close(options)));
    closed.forEach((outcome, index) => {
      const sink = this.#sinks[index];
      if (outcome.status === 'rejected' && sink) this.#failed(sink, outcome.reason);
    });
  }

  /** Its sinks may use it as well. */
  override useLogger(logger: TraceLogger): void {
    this.#logger.adopt(logger);
    for (const sink of this.#sinks) sink.useLogger?.(this.#logger);
  }

  override getSinkType(): string {
    return `MultiSink(${this.#sinks.map((sink) => sink.getSinkType()).join(', ')})`;
  }

  #watch(writing: Promise<void>, sink: TraceSink): void {
    const watched = writing
      .catch((error: unknown) => this.#failed(sink, error))
      .finally(() => this.#writing.delete(watched));
    this.#writing.add(watched);
  }

  #failed(sink: TraceSink, error: unknown): void {
    this.#logger.error(`Trace sink ${sink.getSinkType()} failed: ${messageOf(error)}`);
  }
}
