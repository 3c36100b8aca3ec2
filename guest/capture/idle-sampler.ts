// Between inputs, looks now and then at a screen that is being drawn on: what changes by itself is learnt that way.
import type { Clock } from '../clock.ts';
import type { Screen } from '../screen/screen.ts';
import type { ChangeObserver } from './observer.ts';

export interface SamplerParts {
  readonly screen: Pick<Screen, 'grab'>;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Milliseconds between two looks. A screen that nobody draws on is not looked at. */
const SAMPLE_MS = 250;
/** So long after an input the next one is expected; later the screen is left alone. */
const INTERESTED_MS = 30_000;

export class IdleSampler {
  readonly #parts: SamplerParts;
  readonly #observer: ChangeObserver;
  #untilMs = -Infinity;
  #cancel: (() => void) | undefined;

  constructor(parts: SamplerParts, observer: ChangeObserver) {
    this.#parts = parts;
    this.#observer = observer;
  }

  /** The watch over an input has ended. */
  begin(): void {
    this.#untilMs = this.#parts.clock.now() + INTERESTED_MS;
  }

  /** An input begins. */
  pause(): void {
    this.#untilMs = -Infinity;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  drawn(): void {
    if (this.#cancel || this.#parts.clock.now() >= this.#untilMs) return;
    this.#cancel = this.#parts.clock.after(SAMPLE_MS, () => {
      this.#look().catch(this.#parts.onFault);
    });
  }

  async #look(): Promise<void> {
    const shot = await this.#parts.screen.grab();
    this.#cancel = undefined;
    this.#observer.observe(shot);
  }
}
