// A snapshot as text for a model: one line for each element, as Predicate's Python SDK writes it.
import type { Snapshot, SnapshotElement } from './snapshot.ts';
import { firstCharacters } from './text.ts';

/** Characters of an element's text. */
const TEXT_LENGTH = 50;

/**
 * `[12] <button> "Sign In" {PRIMARY,CLICKABLE} @ (100,50) (Imp:950)`, one line for each of the first `limit` elements
 * in their order. `(x,y)` is the upper left corner in whole pixels.
 */
export function formatSnapshotForLlm(
  snapshot: Pick<Snapshot, 'elements'>,
  options: number | { limit?: number } = {},
): string {
  const { limit = 50 } = typeof options === 'number' ? { limit: options } : options;
  return snapshot.elements.slice(0, Math.max(0, limit)).map(formatElement).join('\n');
}

function formatElement(element: SnapshotElement): string {
  const { id, role, bbox, importance, visual_cues: cues } = element;
  const names = [...(cues.is_primary ? ['PRIMARY'] : []), ...(cues.is_clickable ? ['CLICKABLE'] : [])];
  const shown = names.length > 0 ? ` {${names.join(',')}}` : '';
  const place = `(${Math.trunc(bbox.x)},${Math.trunc(bbox.y)})`;
  return `[${id}] <${role}> "${shortened(element.text ?? '')}"${shown} @ ${place} (Imp:${importance})`;
}

function shortened(text: string): string {
  const beginning = firstCharacters(text, TEXT_LENGTH);
  return beginning.length < text.length ? `${beginning}...` : beginning;
}
