// Redacts a trace of the store.
import type { RedactOptions, TraceRedacted } from '../../../protocol/tracing.ts';
import { patternRedactor } from '../../../protocol/privacy/pattern-redactor.ts';
import type { Redactor } from '../../../protocol/privacy/redactor.ts';
import { textRedactor } from '../../../protocol/privacy/text-redactor.ts';
import type { TraceStore } from '../traces-store.ts';
import { hasTesseract } from './ocr.ts';
import { redact } from './redaction.ts';

/**
 * Makes a trace without what the options name; with `replace` the old one is deleted, when the new one is sealed. Throws
 * `not_found`, `conflict` while it is being recorded, `storage_full`.
 */
export async function redactTrace(
  store: TraceStore,
  sourceId: string,
  options: RedactOptions,
): Promise<TraceRedacted> {
  const opened = await store.open(sourceId);
  const redactors = redactorsOf(options);
  const ocr = redactors.length > 0 && (await hasTesseract());
  const source = { traceId: sourceId, dir: opened.dir, entries: () => opened.entries() };
  const { regions } = options;
  const { trace_id } = await store.make((place) => redact({ ...place, source, redactors, regions, ocr }));
  if (options.replace) await store.delete(sourceId);
  return { trace_id, source: sourceId, pictures: ocr ? ['tree', 'ocr'] : ['tree'] };
}

function redactorsOf({ texts, patterns }: RedactOptions): Redactor[] {
  return [
    ...(texts.length > 0 ? [textRedactor('text', texts)] : []),
    ...(patterns.length > 0 ? [patternRedactor(patterns)] : []),
  ];
}
