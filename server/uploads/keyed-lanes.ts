// Work that belongs to one thing is done one after the other; different things do not wait for each other.
import { Lane } from '../../protocol/lane.ts';

export class KeyedLanes {
  readonly #lanes = new Map<string, { readonly lane: Lane; users: number }>();

  async enter<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#lanes.get(key) ?? { lane: new Lane(), users: 0 };
    this.#lanes.set(key, entry);
    entry.users += 1;
    try {
      return await entry.lane.enter(work);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#lanes.delete(key);
    }
  }
}
