// Keycodes without a meaning of their own, lent to characters that the active layout does not have.
import type { Binding } from './xkb.ts';

/**
 * The spare keycodes during one chunk of keys, with what they gave before it. Made anew for each chunk, when everything
 * typed before has been read: a keycode must not get a new keysym earlier, and no second one within a chunk.
 */
export class SpareKeys {
  /** By keycode, the least recently used first. */
  readonly #bound = new Map<number, Binding | undefined>();
  readonly #used = new Set<number>();
  readonly #fresh: Binding[] = [];

  constructor(keycodes: readonly number[], known: readonly Binding[] = []) {
    for (const keycode of keycodes) this.#bound.set(keycode, undefined);
    for (const binding of known)
      if (this.#bound.has(binding.keycode)) this.#bound.set(binding.keycode, binding);
  }

  /** What the chunk's keycodes must be bound to before its keys are pressed. */
  get fresh(): readonly Binding[] {
    return this.#fresh;
  }

  /** What all keycodes give once the fresh ones are bound. */
  get bindings(): readonly Binding[] {
    return [...this.#bound.values()].filter((binding) => binding !== undefined);
  }

  /** The keycode that gives `plain`, lent now if need be; undefined when this chunk has used them all. */
  lend(plain: number, shifted: number): number | undefined {
    const keycode = this.#find(plain, shifted) ?? this.#take(plain, shifted);
    if (keycode === undefined) return undefined;
    const binding = this.#bound.get(keycode);
    this.#bound.delete(keycode);
    this.#bound.set(keycode, binding);
    this.#used.add(keycode);
    return keycode;
  }

  #find(plain: number, shifted: number): number | undefined {
    for (const [keycode, binding] of this.#bound) {
      if (binding?.plain === plain && binding.shifted === shifted) return keycode;
    }
    return undefined;
  }

  #take(plain: number, shifted: number): number | undefined {
    for (const keycode of this.#bound.keys()) {
      if (this.#used.has(keycode)) continue;
      const binding = { keycode, plain, shifted };
      this.#bound.set(keycode, binding);
      this.#fresh.push(binding);
      return keycode;
    }
    return undefined;
  }
}
