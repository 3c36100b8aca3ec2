// The data of a snapshot's row.
import { randomUUID } from 'node:crypto';
import { computeSnapshotDigests } from '../../protocol/snapshot/digests.ts';
import type { Snapshot, SnapshotElement } from '../../protocol/snapshot/snapshot.ts';
import { plainBase64 } from './screenshot.ts';

export interface SnapshotPlace {
  stepId?: string | undefined;
  stepIndex?: number | undefined;
  /** Default: what the image is; `jpeg` where that cannot be seen. */
  screenshotFormat?: 'png' | 'jpeg' | undefined;
}

/**
 * Makes the row's data, for whoever reads it first: fingerprints and scores of many elements take longer than an agent should
 * wait, and a sink writes them a moment later. The snapshot may change meanwhile.
 */
export function snapshotRowLater(
  snapshot: Snapshot,
  place: SnapshotPlace,
  now: number,
): () => Record<string, unknown> {
  const kept = { ...snapshot, elements: snapshot.elements.map((element) => ({ ...element })) };
  return () => snapshotRow(kept, place, now);
}

/** The snapshot itself is not changed. `now`: milliseconds since 1970. */
function snapshotRow(snapshot: Snapshot, place: SnapshotPlace, now: number): Record<string, unknown> {
  const { url, elements, diagnostics, timestamp, evidence, frame } = snapshot;
  // Without what is told only to say that it is gone.
  const present = elements.filter(({ diff_status: status }) => status !== 'REMOVED');
  const digests = computeSnapshotDigests(present);
  return {
    ...(place.stepId === undefined ? {} : { step_id: place.stepId }),
    ...(place.stepIndex === undefined ? {} : { step_index: place.stepIndex }),
    snapshot_id: randomUUID(),
    snapshot_digest: digests.strict,
    snapshot_digest_loose: digests.loose,
    url,
    element_count: present.length,
    timestamp: timestamp ?? new Date(now).toISOString(),
    ...(diagnostics ? { diagnostics } : {}),
    elements: withScores(elements),
    ...imageOf(snapshot, place),
    ...(frame === undefined ? {} : { frame }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function imageOf(snapshot: Snapshot, { screenshotFormat }: SnapshotPlace): Record<string, string> {
  if (!snapshot.screenshot) return {};
  const { base64, format } = plainBase64(snapshot.screenshot);
  const said = screenshotFormat ?? snapshot.screenshot_format ?? format ?? 'jpeg';
  return { screenshot_base64: base64, screenshot_format: said };
}

/** `importance_score`: 0 for the least important element of the snapshot, 1 for the most; 0.5 where all are equal. */
function withScores(elements: readonly SnapshotElement[]): object[] {
  const least = elements.reduce((least, { importance }) => Math.min(least, importance), Infinity);
  const most = elements.reduce((most, { importance }) => Math.max(most, importance), -Infinity);
  const score = (importance: number): number => (most > least ? (importance - least) / (most - least) : 0.5);
  return elements.map((element) => ({ ...element, importance_score: score(element.importance) }));
}
