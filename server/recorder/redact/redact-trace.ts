// Redacts a trace of the store.
import type { RedactOptions, TraceRedacted } from '../../../protocol/tracing.ts';
import { patternRedactor } from '../../../protocol/privacy/pattern-redactor.ts';
import type { Redactor } from '../../../protocol/privacy/redactor.ts';
import { textRedactor } from '../../../protocol/privacy/text-redactor.ts';
import type { Entry } from '../../../trace/reader.ts';
import type { TraceStore } from '../traces-store.ts';
import { likeness } from './likeness.ts';
import { requireTesseract, type PictureReader } from './ocr.ts';
import { redact } from './redaction.ts';
import { spansOf } from './spans.ts';
import { TerminalRuns, type TerminalParts } from './terminal-runs.ts';
import { TypedRuns, type TypedParts } from './typed-runs.ts';

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
  const { typed, terminals } = await readRuns(opened.entries(), options);
  const wanted = { ...options, texts: [...options.texts, ...typed.beginnings] };
  const redactors = redactorsOf(wanted);
  const readers = options.ocr && opened.overview.screenshot_count > 0 ? readersOf(wanted) : [];
  if (readers.length > 0) await requireTesseract();
  const source = { traceId: sourceId, dir: opened.dir, entries: () => opened.entries() };
  const { regions } = options;
  const { trace_id } = await store.make((place) =>
    redact({ ...place, source, redactors, typed: typed.hidden, terminals, readers, regions }),
  );
  if (options.replace) await store.delete(sourceId);
  return { trace_id, source: sourceId, pictures: readers.length > 0 ? ['tree', 'ocr'] : ['tree'] };
}

/** Texts that came in bits, each in a row of its own. */
async function readRuns(
  entries: AsyncIterable<Entry>,
  options: RedactOptions,
): Promise<{ typed: TypedParts; terminals: TerminalParts }> {
  const typed = new TypedRuns(spansOf(options));
  const terminals = new TerminalRuns(options);
  for await (const entry of entries) {
    if (entry.kind !== 'row') continue;
    if (entry.row.type === 'call') typed.add(entry.row.data);
    terminals.add(entry.row);
  }
  return { typed: typed.end(), terminals: terminals.parts };
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
