// Snapshots of the screen: its picture, and the elements of the last tree that was recorded of it.
import type { Size } from '../../../protocol/primitives.ts';
import { computeSnapshotDigests } from '../../../protocol/snapshot/digests.ts';
import { desktopSnapshot } from '../../../protocol/snapshot/desktop/from-desktop.ts';
import type { Snapshot } from '../../../protocol/snapshot/snapshot.ts';
import type { TakenFrame } from '../../call-index.ts';
import type { TraceSource } from '../../source/source.ts';
import type { Step } from '../../steps.ts';
import { base64Picture } from '../pictures.ts';

/** What a step's end says of a snapshot. */
export interface Moment {
  readonly url: string;
  readonly snapshot_digest?: string;
  readonly snapshot_digest_loose?: string;
}

const ELEMENTS = 200;
const UNKNOWN_URL = 'desktop://';

export class SnapshotWriter {
  readonly #trace: TraceSource;
  readonly #size: Size;
  /** Of the last tree, and the frame that it was read at. */
  #seen: { readonly snapshot: Snapshot; readonly frame: string | undefined } | undefined;
  #shown = '';

  constructor(trace: TraceSource, size: Size) {
    this.#trace = trace;
    this.#size = size;
  }

  /** Of the active window or page, as far as a tree tells. */
  get url(): string {
    return this.#seen?.snapshot.url ?? UNKNOWN_URL;
  }

  /** Takes in the tree that the step led to. */
  async follow({ tree, frames, call, reply }: Step): Promise<void> {
    if (!tree) return;
    const { nodes, truncated, unavailable, duration_ms } = tree;
    const report = { tree: await this.#trace.tree(tree.sha256), nodes, truncated, unavailable, duration_ms };
    const settling = frames.after && { settled: frames.after.settled, waitedMs: frames.after.settle_ms };
    const now = (reply ?? call).ts_ms;
    const snapshot = desktopSnapshot({ report, size: this.#size, settling, limit: ELEMENTS, now });
    this.#seen = { snapshot, frame: frames.after?.frame };
  }

  /** A picture that was shown just now is named by its frame only. */
  async snapshot(
    frame: TakenFrame,
    tsMs: number,
  ): Promise<{ data: Record<string, unknown>; moment: Moment }> {
    const known = this.#seen?.frame === frame.frame ? this.#seen.snapshot : undefined;
    const elements = known?.elements ?? [];
    const digests = computeSnapshotDigests(elements);
    const moment = known
      ? { url: known.url, snapshot_digest: digests.strict, snapshot_digest_loose: digests.loose }
      : { url: this.url };
    const isNew = this.#shown !== frame.frame;
    this.#shown = frame.frame;
    const data = {
      snapshot_id: frame.frame,
      ...moment,
      element_count: elements.length,
      timestamp: new Date(tsMs).toISOString(),
      ...(known?.diagnostics ? { diagnostics: known.diagnostics } : {}),
      elements,
      frame: frame.frame,
      ...(isNew
        ? { screenshot_base64: await base64Picture(this.#trace, frame), screenshot_format: 'png' }
        : {}),
    };
    return { data, moment };
  }
}
