// Redacts a trace of the store.
import type { RedactOptions, TraceRedacted } from '../../../protocol/tracing.ts';
import { patternRedactor } from '../../../protocol/privacy/pattern-redactor.ts';
import type { Redactor } from '../../../protocol/privacy/redactor.ts';
import { textRedactor } from '../../../protocol/privacy/text-redactor.ts';
import type { TraceStore } from '../traces-store.ts';
import { likeness } from './likeness.ts';
import { requireTesseract, type PictureReader } from './ocr.ts';
import { redact } from './redaction.ts';
import { spansOf } from './spans.ts';
import { readTyped } from './typed-runs.ts';

/**
 * Makes a trace without what the options name; with `replace` the old one is deleted, when the new one is sealed. Throws
 * `not_found`, `conflict` while it is being recorded, `storage_full`, `unsupported` where its pictures cannot be read.
 */
export async function redactTrace(
  store: TraceStore,
  sourceId: string,
  options: RedactOptions,
): Promise<TraceRedacted> {
  const opened = await store.open(sourceId);
  const { hidden: typed, beginnings } = await readTyped(opened.entries(), spansOf(options));
  const wanted = { ...options, texts: [...options.texts, ...beginnings] };
  const redactors = redactorsOf(wanted);
  const readers = options.ocr && opened.overview.screenshot_count > 0 ? readersOf(wanted) : [];
  if (readers.length > 0) await requireTesseract();
  const source = { traceId: sourceId, dir: opened.dir, entries: () => opened.entries() };
  const { regions } = options;
  const { trace_id } = await store.make((place) =>
    redact({ ...place, source, redactors, typed, readers, regions }),
  );
  if (options.replace) await store.delete(sourceId);
  return { trace_id, source: sourceId, pictures: readers.length > 0 ? ['tree', 'ocr'] : ['tree'] };
}

function redactorsOf({ texts, patterns }: RedactOptions): Redactor[] {
  return [
    ...(texts.length > 0 ? [textRedactor('text', texts)] : []),
    ...(patterns.length > 0 ? [patternRedactor(patterns)] : []),
  ];
}

/** The same for what is read from pictures, where letters are taken for others that look like them. */
function readersOf({ texts, patterns }: RedactOptions): PictureReader[] {
  const alike = textRedactor('text', texts.map(likeness));
  return [
    ...(texts.length > 0 ? [(read: string) => changes(alike, likeness(read))] : []),
    ...patterns.map((pattern) => {
      const redactor = patternRedactor([pattern]);
      return (read: string) => changes(redactor, read);
    }),
  ];
}

function changes(redactor: Redactor, text: string): boolean {
  return redactor.maskText(text) !== text;
}
