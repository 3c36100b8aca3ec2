// A sink that stores elsewhere what is on this machine first: the agent never waits for a network, and what could not be
// sent is sent by the next sink of the same place.
import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock, type Clock } from '../../../server/clock.ts';
import { isMissing } from '../../../server/fs-atomic.ts';
import { messageOf, type TraceLogger } from '../logger.ts';
import { own, type Release } from '../upload/owner.ts';
import { pendingFolder } from '../upload/pending.ts';
import { JsonlTraceSink } from './jsonl-sink.ts';
import { SinkLogger } from './sink-logger.ts';
import { TraceSink, type TraceEvent } from './sink.ts';

/** The events of one sink, on this machine. */
export interface LocalCopy {
  /** Tells the events of this sink from those of any other, whatever their run is called. */
  readonly id: string;
  readonly path: string;
}

export interface LocalFirstOptions {
  logger?: TraceLogger | undefined;
  /** Where copies wait. Default `<data>/traces/unsent`. */
  folder?: string | undefined;
  /** How often sending is tried at the end. Default 4. */
  tries?: number | undefined;
  /** Milliseconds before the second try; doubled each time. Default 500. */
  pauseMs?: number | undefined;
}

/** Of every sink of this kind. */
export const LOCAL_FIRST_KEYS = ['logger', 'folder', 'tries', 'pauseMs'];

const LINES = '.jsonl';

export abstract class LocalFirstSink extends TraceSink {
  protected readonly logger: SinkLogger;
  protected readonly clock: Clock = systemClock;
  readonly #options: LocalFirstOptions;
  readonly #folder: string;
  readonly #copy: LocalCopy;
  readonly #file: JsonlTraceSink;
  readonly #owned: Promise<Release | undefined>;
  readonly #earlier: Promise<void>;
  #closing: Promise<void> | undefined;

  /** `place`: what tells one place to store from another; nothing secret of it is written down. */
  constructor(kind: string, place: string, options: LocalFirstOptions) {
    super();
    this.#options = options;
    this.logger = new SinkLogger(options.logger);
    const where = createHash('sha256').update(place).digest('hex').slice(0, 16);
    const root = options.folder ?? join(dirname(pendingFolder()), 'unsent');
    this.#folder = join(root, `${kind}-${where}`);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    this.#copy = { id, path: join(this.#folder, `${id}${LINES}`) };
    // Before the file is there: nobody must take it for one that was left.
    this.#owned = own({ lines: this.#copy.path });
    this.#file = new JsonlTraceSink(this.#copy.path, { logger: this.logger, index: false });
    this.#earlier = this.#sendEarlier();
  }

  /** On this machine when it returns. */
  override emit(event: TraceEvent): void {
    this.#file.emit(event);
    if (!this.#closing) this.written?.(this.#copy);
  }

  /** Sends what is left. Does not throw where that fails: the copy stays, and the next sink of this place sends it. */
  override close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  override useLogger(logger: TraceLogger): void {
    this.logger.adopt(logger);
  }

  /** An event was written. A sink that sends all at the end has nothing to do now. */
  protected written?(copy: LocalCopy): void;

  /** Sends what was not sent of a copy; may be done again. Throws where it cannot. */
  protected abstract send(copy: LocalCopy): Promise<void>;

  /** Lets go of connections. */
  protected abstract disconnect(): Promise<void>;

  async #end(): Promise<void> {
    await this.#file.close();
    await this.#earlier;
    if (await this.#sendPatiently(this.#copy)) await rm(this.#copy.path, { force: true });
    else this.logger.warn(`Local trace preserved at: ${this.#copy.path}`);
    await (
      await this.#owned
    )?.();
    try {
      await this.disconnect();
    } catch (error) {
      this.logger.warn(`${this.getSinkType()} did not disconnect: ${messageOf(error)}`);
    }
  }

  async #sendPatiently(copy: LocalCopy): Promise<boolean> {
    const { tries = 4, pauseMs = 500 } = this.#options;
    for (let count = 1; ; count += 1) {
      try {
        await this.send(copy);
        return true;
      } catch (error) {
        this.logger.error(`Trace sink ${this.getSinkType()} failed: ${messageOf(error)}`);
        if (count >= tries) return false;
      }
      await this.clock.sleep(pauseMs * 2 ** (count - 1));
    }
  }

  /** Copies whose owners are gone. */
  async #sendEarlier(): Promise<void> {
    try {
      for (const name of await readdir(this.#folder)) {
        const id = name.slice(0, -LINES.length);
        if (!name.endsWith(LINES) || id === this.#copy.id) continue;
        await this.#sendOne({ id, path: join(this.#folder, name) });
      }
    } catch (error) {
      if (!isMissing(error)) this.logger.warn(`Traces in ${this.#folder} wait on: ${messageOf(error)}`);
    }
  }

  async #sendOne(copy: LocalCopy): Promise<void> {
    const release = await own({ lines: copy.path });
    if (!release) return;
    try {
      await this.send(copy);
      await rm(copy.path, { force: true });
      this.logger.info(`Stored a trace that an earlier process left: ${copy.id}`);
    } finally {
      await release();
    }
  }
}
