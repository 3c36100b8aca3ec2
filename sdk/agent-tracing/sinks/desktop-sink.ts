// The trace of a desktop as a sink: the events of an agent's run stand in one timeline with the commands.
import { isPredicateType } from '../../../trace/format.ts';
import { messageOf, type TraceLogger } from '../logger.ts';
import { SinkLogger } from './sink-logger.ts';
import { TraceSink, type TraceEvent } from './sink.ts';
import type { QueuedEvent } from '../../tracing/event-queue.ts';

/** What a `Computer` offers to it: events stand before the commands that are asked for after them. */
export interface EventTarget {
  addEvent(event: QueuedEvent, onLost: (events: readonly QueuedEvent[], error: unknown) => void): void;
  /** Resolves when all that was added is in the trace, or lost. */
  eventsAdded(): Promise<void>;
}

export class DesktopTraceSink extends TraceSink {
  readonly #target: EventTarget;
  readonly #logger: SinkLogger;

  /** `target`: `computer.tracing`. A trace must run on the desktop. */
  constructor(target: EventTarget, logger?: TraceLogger) {
    super();
    this.#target = target;
    this.#logger = new SinkLogger(logger);
  }

  override emit(event: TraceEvent): void {
    const { type, data, step_id, ts_ms } = event;
    if (!isPredicateType(type)) {
      this.#logger.warn(
        `Trace event ${type} is none of the types that a desktop's trace takes: it is dropped`,
      );
      return;
    }
    this.#target.addEvent({ type, data: withoutKnownImage(data), step_id, ts_ms }, (_events, error) =>
      this.#logger.error(`Trace event ${type} did not reach the desktop's trace: ${messageOf(error)}`),
    );
  }

  override useLogger(logger: TraceLogger): void {
    this.#logger.adopt(logger);
  }

  override close(): Promise<void> {
    return this.#target.eventsAdded();
  }
}

/** The trace holds that very frame already; the row names it. */
function withoutKnownImage(data: Record<string, unknown>): Record<string, unknown> {
  if (typeof data['frame'] !== 'string' || data['screenshot_base64'] === undefined) return data;
  const rest = { ...data };
  delete rest['screenshot_base64'];
  delete rest['screenshot_format'];
  return rest;
}
