// Loops: an agent that comes to the same states again and again.

export interface LoopRule {
  /** The states that repeat: one that does not change, two that take turns ... Default: up to 4. */
  longest?: number;
  /** How often they must have been passed through. Default 3. */
  times?: number;
}

/**
 * The length of the loop in which a history of states (their digests, oldest first) ends; undefined where it ends in
 * none. 1: the state does not change any more.
 */
export function findLoop(states: readonly string[], rule: LoopRule = {}): number | undefined {
  const { longest = 4, times = 3 } = rule;
  for (let length = 1; length <= longest; length += 1) {
    const tail = states.slice(-length * times);
    if (tail.length === length * times && repeats(tail, length)) return length;
  }
  return undefined;
}

function repeats(states: readonly string[], length: number): boolean {
  return states.every((state, index) => state === states[index % length]);
}
