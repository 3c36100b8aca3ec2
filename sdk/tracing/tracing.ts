// `computer.tracing`: what is done on the desktop between start and stop becomes an archive on this machine.
import type { Deskreel } from '../deskreel.ts';
import type { EitherCase } from '../names.ts';
import { EventQueue, type EventQueueParts, type QueuedEvent } from './event-queue.ts';
import type { JsonValue, SaveOptions, TracingOptions } from './options.ts';

/** The desktop that is traced, while the computer runs. */
export interface Traced {
  readonly deskreel: Deskreel;
  readonly desktopId: string;
}

export class Tracing {
  readonly #traced: () => Traced;
  readonly #events: EventQueue;

  /** Made by `Computer`. */
  constructor(traced: () => Traced) {
    this.#traced = traced;
    this.#events = new EventQueue(async (events) => {
      const { deskreel, desktopId } = this.#traced();
      await deskreel.addTraceEvents(desktopId, events);
    });
  }

  /**
   * Starts a trace of everything that is done on the desktop, by whomever. Returns the trace's id.
   * Throws `trace_active` where one runs, `bad_request` naming an option that is wrong.
   */
  async start(options?: EitherCase<TracingOptions>): Promise<string> {
    const { deskreel, desktopId } = this.#traced();
    return deskreel.startTrace(desktopId, options);
  }

  /** Adds a key and a value to the trace, at this moment of it. Throws `trace_inactive` where none runs. */
  async addMetadata(key: string, value: JsonValue): Promise<void> {
    const { deskreel, desktopId } = this.#traced();
    await deskreel.addTraceMetadata(desktopId, key, value);
  }

  /**
   * Adds an event of an agent's run to the trace, behind what was done before and before the commands that are asked for
   * after it. `onLost` is told where it does not get there. A `DesktopTraceSink` uses this.
   */
  addEvent(event: QueuedEvent, onLost: EventQueueParts['onLost']): void {
    this.#events.push(event, onLost);
  }

  /** Resolves when all events are in the trace, or lost. */
  async eventsAdded(): Promise<void> {
    await this.#events.busy;
  }

  /** Undefined where no event is on its way, so that a command has nothing to wait for. */
  get pendingEvents(): Promise<void> | undefined {
    return this.#events.busy;
  }

  /**
   * Stops the trace, saves it on this machine and returns the path of what was saved, absolute.
   * Nothing is ever replaced: a file in the way throws `conflict` before the trace is stopped.
   * Throws `trace_inactive` where none runs.
   */
  async stop(options?: EitherCase<SaveOptions>): Promise<string> {
    const { deskreel, desktopId } = this.#traced();
    await this.eventsAdded();
    return (await deskreel.stopTrace(desktopId, options)).path;
  }

  /** The id of the trace that runs, if one does. */
  async current(): Promise<string | undefined> {
    const { deskreel, desktopId } = this.#traced();
    return (await deskreel.currentTrace(desktopId))?.traceId;
  }
}
