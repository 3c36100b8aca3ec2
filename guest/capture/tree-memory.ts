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
  #covered = false;
  #reading: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same, whose trees come to lie here, while that may be. */
  remembering(accessibility: Accessibility, mayBe: () => boolean): Accessibility {
    const readTree: Accessibility['readTree'] = async (limits, signal) => {
      const startMs = this.#clock.now();
      const report = await accessibility.readTree(limits, signal);
      if (mayBe()) this.remember(report, startMs, false);
      return report;
    };
    return { ...accessibility, readTree };
  }

  /** `covered`: what is to be kept out of traces is out of it. */
  remember({ tree, truncated }: TreeReport, readMs: number, covered: boolean): void {
    // Half a tree would take the parent for the element.
    if (truncated && this.#tree) return;
    this.#tree = tree;
    this.#readMs = readMs;
    this.#covered = covered;
  }

  /** Reads a covered tree in the background, until the next input begins. Who asks meanwhile gets the tree before it. */
  async refresh(readTree: ReadTree, limitMs: number): Promise<void> {
    if (this.#reading) return;
    const reading = new AbortController();
    this.#reading = reading;
    const signal = AbortSignal.any([reading.signal, AbortSignal.timeout(limitMs)]);
    try {
      const startMs = this.#clock.now();
      this.remember(await readTree(signal), startMs, true);
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

  /** What a frame says of the element at the place. Takes no time: no program is asked. */
  about(place: ElementPlace, cursor: Point, mustBeCovered: boolean): AboutElement {
    if (!this.#tree || (mustBeCovered && !this.#covered)) {
      return { element_evidence: 'no tree had been read yet' };
    }
    const element = elementAt(this.#tree, place === 'pointer' ? cursor : place);
    const age = { element_age_ms: Math.round(this.#clock.now() - this.#readMs) };
    return element ? { element, ...age } : { element_evidence: 'the tree has no element there', ...age };
  }
}
