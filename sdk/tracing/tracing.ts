// `computer.tracing`: what is done on the desktop between start and stop becomes an archive on this machine.
import type { Deskreel } from '../deskreel.ts';
import type { EitherCase } from '../names.ts';
import type { JsonValue, SaveOptions, TracingOptions } from './options.ts';

/** The desktop that is traced, while the computer runs. */
export interface Traced {
  readonly deskreel: Deskreel;
  readonly desktopId: string;
}

export class Tracing {
  readonly #traced: () => Traced;

  /** Made by `Computer`. */
  constructor(traced: () => Traced) {
    this.#traced = traced;
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
   * Stops the trace, saves it on this machine and returns the path of what was saved, absolute.
   * Nothing is ever replaced: a file in the way throws `conflict` before the trace is stopped.
   * Throws `trace_inactive` where none runs.
   */
  async stop(options?: EitherCase<SaveOptions>): Promise<string> {
    const { deskreel, desktopId } = this.#traced();
    return (await deskreel.stopTrace(desktopId, options)).path;
  }

  /** The id of the trace that runs, if one does. */
  async current(): Promise<string | undefined> {
    const { deskreel, desktopId } = this.#traced();
    return (await deskreel.currentTrace(desktopId))?.traceId;
  }
}
