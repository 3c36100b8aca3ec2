// What a sink tells of itself goes to the logger that it was given, else to that of the tracer that it serves.
import { safeLogger, type TraceLogger } from '../logger.ts';

export class SinkLogger implements TraceLogger {
  readonly #isOwn: boolean;
  #logger: TraceLogger;

  constructor(own: TraceLogger | undefined) {
    this.#isOwn = own !== undefined;
    this.#logger = safeLogger(own);
  }

  /** Does nothing where the sink has one of its own. */
  adopt(logger: TraceLogger): void {
    if (!this.#isOwn) this.#logger = safeLogger(logger);
  }

  info(message: string): void {
    this.#logger.info(message);
  }

  warn(message: string): void {
    this.#logger.warn(message);
  }

  error(message: string): void {
    this.#logger.error(message);
  }
}
