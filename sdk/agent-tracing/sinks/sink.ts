// Where the events of a run go. Extend it to store them wherever you like.
import type { TraceLogger } from '../logger.ts';
import type { PredicateEvent } from '../../../trace/predicate/event.ts';

/** One line of a trace. A type and no interface: a sink of one's own may take any `Record<string, unknown>`. */
export type TraceEvent = Pick<PredicateEvent, keyof PredicateEvent>;

export interface CloseOptions {
  /** Bytes that were acknowledged so far, and all of them. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export abstract class TraceSink {
  /** Takes one event, in the order of their `seq`. What it throws is logged and does not reach the agent. */
  abstract emit(event: TraceEvent): void | Promise<void>;

  /** Called once, behind the last event. Resolves when all is stored. */
  abstract close(options?: CloseOptions): Promise<void>;

  /** Told by its tracer, which logger is there for a sink that was given none. */
  useLogger?(logger: TraceLogger): void;

  /** For logs: what kind of sink this is. */
  getSinkType(): string {
    return this.constructor.name;
  }
}
