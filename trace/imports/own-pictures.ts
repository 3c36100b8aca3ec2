// Cua's tracer takes its pictures by the interface that it records, so that each of them is a call in its own archive:
// screenshots that nobody asked for, between the actions. They are the pictures that stand with the actions, no commands.
import type { ImportedItem } from './importer.ts';

/** The items without the tracer's own screenshots. */
export async function* withoutOwnPictures(items: AsyncIterable<ImportedItem>): AsyncGenerator<ImportedItem> {
  let before: ImportedItem | undefined;
  let held: ImportedItem | undefined;
  for await (const item of items) {
    if (held && !isPictured(item)) yield held;
    held = isScreenshot(item) && !isEdge(before, 'initial') ? item : undefined;
    if (!isScreenshot(item)) yield item;
    before = item;
  }
  if (held) yield held;
}

export function isScreenshot(item: ImportedItem): boolean {
  return item.kind === 'call' && item.method === 'screenshot';
}

/** Whether the tracer took a picture for it, just before it was written down. */
function isPictured(item: ImportedItem): boolean {
  return (item.kind === 'call' && item.after !== undefined) || isEdge(item, 'final');
}

function isEdge(item: ImportedItem | undefined, when: 'initial' | 'final'): boolean {
  return item?.kind === 'picture' && item.when === when;
}
