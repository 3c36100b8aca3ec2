// The newest tree that was read of the desktop, so that a click need not wait for one: it is read again when the screen
// has come to rest, and whoever reads one for another reason leaves it here.
import type { ElementPlace } from '../../protocol/element-at.ts';
import type { FrameInfo } from '../../protocol/frame.ts';
import type { Point } from '../../protocol/primitives.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import type { Accessibility } from '../accessibility/accessibility.ts';
import { elementAt } from '../accessibility/element-at.ts';
import type { Clock } from '../clock.ts';

export type ReadTree = (signal: AbortSignal) => Promise<TreeReport>;

type AboutElement = Pick<FrameInfo, 'element' | 'element_age_ms' | 'element_evidence'>;

export class TreeMemory {
  readonly #clock: Clock;
  #tree: TreeReport['tree'] | undefined;
  #readMs = 0;
  /** The rules that it was covered by; undefined for a tree as it is. */
  #rules: number | undefined;
  #reading: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same, whose trees come to lie here, while that may be. */
  remembering(accessibility: Accessibility, mayBe: () => boolean): Accessibility {
    const readTree: Accessibility['readTree'] = async (limits, signal) => {
      const startMs = this.#clock.now();
      const report = await accessibility.readTree(limits, signal);
      if (mayBe()) this.remember(report, startMs, undefined);
      return report;
    };
    return { ...accessibility, readTree };
  }

  /** `rules`: what they keep out of traces is out of it; see PrivacyGuard. */
  remember({ tree, truncated }: TreeReport, readMs: number, rules: number | undefined): void {
    // Half a tree would take the parent for the element.
    if (truncated && this.#tree) return;
    this.#tree = tree;
    this.#readMs = readMs;
    this.#rules = rules;
  }

  /** Reads a covered tree in the background, until the next input begins. Who asks meanwhile gets the tree before it. */
  async refresh(readTree: ReadTree, limitMs: number, rules: number): Promise<void> {
    if (this.#reading) return;
    const reading = new AbortController();
    this.#reading = reading;
    const signal = AbortSignal.any([reading.signal, AbortSignal.timeout(limitMs)]);
    try {
      const startMs = this.#clock.now();
      this.remember(await readTree(signal), startMs, rules);
    } catch (error) {
      // The next input came first, or a program hangs: the tree that was read before stays.
      if (!signal.aborted) throw error;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /** An input begins: it is not to wait for a tree. */
  interrupt(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  /**
   * What a frame says of the element at the place. Takes no time: no program is asked. `rules`: those that hold now, if any
   * do; a tree that was covered by others is not told of.
   */
  about(place: ElementPlace, cursor: Point, rules: number | undefined): AboutElement {
    if (!this.#tree || (rules !== undefined && rules !== this.#rules)) {
      return { element_evidence: 'no tree had been read yet' };
    }
    const element = elementAt(this.#tree, place === 'pointer' ? cursor : place);
    const age = { element_age_ms: Math.round(this.#clock.now() - this.#readMs) };
    return element ? { element, ...age } : { element_evidence: 'the tree has no element there', ...age };
  }
}
