// What became of each element between two snapshots.
import type { DiffStatus, SnapshotElement } from './snapshot.ts';
import { normalText } from './text.ts';

/** An element that came to lie this many pixels away, or became so much larger, has not moved. */
const TOLERANCE = 5;

/**
 * The elements of `after`, each with what became of it, and behind them those that are gone, as `REMOVED`. What is
 * unchanged carries no `diff_status`. Without a snapshot before, everything is `ADDED`. Neither list is changed.
 */
export function diffElements(
  before: readonly SnapshotElement[] | undefined,
  after: readonly SnapshotElement[],
): SnapshotElement[] {
  const earlier = new Map((before ?? []).map((element) => [element.id, element]));
  const now = after.map((element) => marked(element, statusOf(earlier.get(element.id), element)));
  const present = new Set(after.map(({ id }) => id));
  const gone = (before ?? []).filter(({ id, diff_status }) => !present.has(id) && diff_status !== 'REMOVED');
  return [...now, ...gone.map((element) => marked(element, 'REMOVED'))];
}

function statusOf(before: SnapshotElement | undefined, after: SnapshotElement): DiffStatus | undefined {
  if (!before || before.diff_status === 'REMOVED') return 'ADDED';
  if (contentOf(before) !== contentOf(after)) return 'MODIFIED';
  return hasMoved(before, after) ? 'MOVED' : undefined;
}

function marked(element: SnapshotElement, status: DiffStatus | undefined): SnapshotElement {
  const copy = { ...element };
  if (status === undefined) delete copy.diff_status;
  else copy.diff_status = status;
  return copy;
}

function contentOf({ role, text, visual_cues: cues }: SnapshotElement): string {
  return JSON.stringify([role, normalText(text), cues.is_primary ?? false, cues.is_clickable ?? false]);
}

function hasMoved({ bbox: before }: SnapshotElement, { bbox: after }: SnapshotElement): boolean {
  const sides = ['x', 'y', 'width', 'height'] as const;
  return sides.some((side) => Math.abs(before[side] - after[side]) > TOLERANCE);
}
