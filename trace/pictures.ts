// Names of pictures in the archive: numbered without gaps in the order of their rows, equal frames under one name.
import type { FrameWhen } from '../protocol/frame.ts';
import { pictureName } from './layout.ts';

export class PictureNames {
  readonly #names = new Map<string, string>();

  /** How many pictures there are. */
  get size(): number {
    return this.#names.size;
  }

  /** The name of this frame: the one that it has, else the next number with its occasion. */
  nameFor(frame: string, when: FrameWhen, method: string | undefined): string {
    return this.#names.get(frame) ?? pictureName(this.#names.size + 1, label(when, method));
  }

  /** Fixes the name: the row that says it is written. */
  keep(frame: string, name: string): void {
    this.#names.set(frame, name);
  }

  has(frame: string): boolean {
    return this.#names.has(frame);
  }
}

function label(when: FrameWhen, method: string | undefined): string {
  if (when === 'requested') return method ?? 'screenshot';
  if (when === 'video') return 'video_frame';
  if (when === 'initial' || when === 'final') return `${when}_screenshot`;
  return `${when}_${method ?? 'command'}`;
}
