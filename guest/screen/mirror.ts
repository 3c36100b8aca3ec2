// A mirror of the screen: knows the newest frame and fetches the rows that were drawn on since.
import { STRIPE_ROWS } from '../../protocol/frame.ts';
import type { Point, Size } from '../../protocol/primitives.ts';
import type { Clock } from '../clock.ts';
import type { Display } from '../x/display.ts';
import type { Damage } from './damage.ts';
import { stripeCount, withBand, type Band, type Frame } from './frame.ts';
import type { Grabber } from './grabber.ts';
import type { Shot } from './shot.ts';

interface MirrorParts {
  readonly display: Display;
  readonly damage: Damage;
  readonly grabber: Grabber;
  readonly clock: Clock;
}

interface Pointer {
  rootX: number;
  rootY: number;
}

/** So often a grab begins anew when the screen's size changes under it. */
const ATTEMPTS = 3;
const STRUCTURE_NOTIFY = 1 << 17;

export class Mirror {
  #size: Size = { width: 0, height: 0 };
  #fetches = 0;
  readonly #parts: MirrorParts;
  #newest: Frame | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #queued: Promise<Shot> | undefined;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  get size(): Size {
    return this.#size;
  }

  /** How often pixels were fetched. */
  get fetches(): number {
    return this.#fetches;
  }

  async start(): Promise<void> {
    const { display } = this.#parts;
    display.onEvent((event) => {
      if (event.name !== 'ConfigureNotify' || event['wid'] !== display.root) return;
      this.#resized({ width: Number(event['width']), height: Number(event['height']) });
    });
    display.tell('ChangeWindowAttributes', display.root, { eventMask: STRUCTURE_NOTIFY });
    const { width, height } = await display.ask<Size>('GetGeometry', display.root);
    this.#resized({ width, height });
    await this.grab();
  }

  /** The screen not earlier than the call. One grab after the other; callers that wait for the same one share it. */
  grab(): Promise<Shot> {
    if (this.#queued) return this.#queued;
    const next = this.#last.then(() => {
      this.#queued = undefined;
      return this.#grabNow();
    });
    this.#queued = next;
    // Its caller is told of a failure; the next grab only waits for its end.
    this.#last = next.then(ended, ended);
    return next;
  }

  async cursor(): Promise<Point> {
    const { display } = this.#parts;
    const pointer = await display.ask<Pointer>('QueryPointer', display.root);
    return { x: pointer.rootX, y: pointer.rootY };
  }

  #resized(size: Size): void {
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    this.#size = size;
    this.#newest = undefined;
  }

  async #grabNow(): Promise<Shot> {
    const { damage } = this.#parts;
    if (this.#newest && !damage.dirty()) {
      // What was drawn before the server read this request is reported before its answer.
      const cursor = await this.cursor();
      if (!damage.dirty()) return this.#shot(this.#newest, cursor);
    }
    for (let attempt = 1; ; attempt += 1) {
      const size = this.#size;
      try {
        return await this.#fetch(size);
      } catch (error) {
        this.#newest = undefined;
        if (attempt === ATTEMPTS || size === this.#size) throw error;
      }
    }
  }

  /** Holds the server meanwhile, so that damage, pointer and pixels are of one moment. */
  async #fetch(size: Size): Promise<Shot> {
    const { display, grabber } = this.#parts;
    await grabber.prepare(size);
    display.tell('GrabServer');
    let cursor: Point;
    let previous: Frame | undefined;
    let band: Band;
    let answer: Promise<Uint32Array>;
    try {
      cursor = await this.cursor();
      previous = this.#newest;
      band = this.#takeBand(size);
      const top = band.first * STRIPE_ROWS;
      const bottom = Math.min(band.end * STRIPE_ROWS, size.height);
      answer = grabber.fetch(size.width, top, bottom - top);
    } finally {
      display.tell('UngrabServer');
    }
    this.#fetches += 1;
    const pixels = await answer;
    if (size !== this.#size) throw new Error('the size of the screen changed');
    this.#newest = withBand(size, previous, band, pixels);
    return this.#shot(this.#newest, cursor);
  }

  /** The stripes to fetch: all of them where none is known. */
  #takeBand(size: Size): Band {
    const rows = this.#parts.damage.take();
    const all = { first: 0, end: stripeCount(size) };
    if (!this.#newest || !rows) return all;
    const first = Math.max(0, Math.floor(rows.top / STRIPE_ROWS));
    return { first, end: Math.max(first + 1, Math.min(all.end, Math.ceil(rows.bottom / STRIPE_ROWS))) };
  }

  #shot(frame: Frame, cursor: Point): Shot {
    return { frame, cursor, grabbedMs: Date.now(), monoMs: this.#parts.clock.now() };
  }
}

function ended(): void {
  // Only the order matters here.
}
