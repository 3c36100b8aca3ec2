// Somebody else's archive as a sealed trace: its calls, pictures and metadata as rows, with the times that it says.
import { createHash, randomUUID } from 'node:crypto';
import type { CommandSpec } from '../../protocol/commands/spec.ts';
import { commandSpec, resolveCommand } from '../../protocol/commands/table.ts';
import type { FrameWhen } from '../../protocol/frame.ts';
import type { CaptureWish } from '../../protocol/link.ts';
import { toDeskreelError } from '../../protocol/errors.ts';
import { recordedOptions, TraceName, TraceOptions } from '../../protocol/tracing.ts';
import type { TakenFrame } from '../../trace/call-index.ts';
import type { RowData, RowType } from '../../trace/format.ts';
import { readWhole } from '../../trace/files/trace-files.ts';
import type { Found } from '../../trace/imports/detect.ts';
import type { Imported, ImportedItem } from '../../trace/imports/importer.ts';
import { treePath } from '../../trace/layout.ts';
import { foreignFrame, type FrameCause } from './foreign-frame.ts';
import type { RowAbout } from './journal.ts';
import type { Recorded } from './trace-recording.ts';
import { TraceWriter } from './trace-writer.ts';

type Capture = CommandSpec['capture'];
type CallItem = Extract<ImportedItem, { kind: 'call' }>;

const IMPORT: RowAbout = { actor: { kind: 'system', id: 'import' } };
/** Nobody said who it was. */
const AGENT: RowAbout = { actor: { kind: 'agent', id: 'imported' } };

/** Writes the trace into `dir`, which must be empty; it is to be sealed. Throws `bad_request` for what is no such trace. */
export async function writeImport(
  { importer, files }: Found,
  place: { dir: string; traceId: string },
): Promise<Recorded> {
  const imported = await importer.read(files);
  const writer = new ImportWriter(imported, importer.format, place, (name) => readWhole(files, name));
  try {
    for await (const item of imported.items()) await writer.add(item);
    return writer.end();
  } finally {
    writer.close();
  }
}

class ImportWriter {
  readonly #read: (name: string) => Promise<Buffer>;
  readonly #writer: TraceWriter;
  readonly #startMs: number;
  #nowMs: number;
  #last: TakenFrame | undefined;

  constructor(
    imported: Imported,
    format: Found['importer']['format'],
    { dir, traceId }: { dir: string; traceId: string },
    read: (name: string) => Promise<Buffer>,
  ) {
    this.#read = read;
    this.#startMs = Number.isFinite(imported.startMs) ? imported.startMs : 0;
    this.#nowMs = this.#startMs;
    const clock = { now: () => this.#nowMs, monotonic: () => this.#nowMs - this.#startMs };
    this.#writer = new TraceWriter({ dir, clock });
    const name = TraceName.safeParse(imported.name).data ?? null;
    const image = imported.image === undefined ? {} : { image: imported.image };
    const config = recordedOptions(TraceOptions.parse({ name, accessibility_tree: imported.trees ?? false }));
    const desktop = { id: 'imported', name: format, ...image };
    const source = { kind: format, trace_id: imported.id ?? null };
    this.#writer.begin({ trace_id: traceId, name, config, desktop, source }, IMPORT);
  }

  async add(item: ImportedItem): Promise<void> {
    if (Number.isFinite(item.atMs)) this.#nowMs = Math.max(this.#nowMs, item.atMs);
    if (item.kind === 'call') await this.#addCall(item);
    // What JSON was read from can be written as JSON.
    else if (item.kind === 'metadata') {
      this.#write('metadata', { key: item.key, value: item.value as RowData<'metadata'>['value'] });
    } else {
      await this.#addPicture(item.file, item.when, { capture_id: randomUUID() });
    }
  }

  end(): Recorded {
    return this.#writer.end({ end: 'imported' }, IMPORT);
  }

  close(): void {
    this.#writer.close();
  }

  async #addCall(item: CallItem): Promise<void> {
    const callId = randomUUID();
    const { method, args, success, error, result } = item;
    const command = resolveCommand(method);
    const capture = command ? commandSpec(command).capture : 'none';
    const wish = wishOf(item, capture);
    this.#write('call', { call_id: callId, method, args, ...(wish ? { wish } : {}) }, AGENT);
    if (wish?.before) this.#addBefore(callId);
    const outcome = success
      ? { result: result ?? {} }
      : { error: { code: 'command_failed', message: error ?? 'the command failed' } as const };
    this.#write('reply', { call_id: callId, success, ...outcome, duration_ms: 0 }, AGENT);
    await this.#addAfter(item, callId, capture);
    if (item.tree !== undefined) await this.#addTree(item.tree, callId);
  }

  async #addTree(report: NonNullable<CallItem['tree']>, callId: string): Promise<void> {
    const cause = { call_id: callId, when: 'after' } as const;
    if (report === 'missing') {
      this.#write('tree', { ...cause, evidence: 'the archive has no tree of it' });
      return;
    }
    const { tree, ...facts } = report;
    const text = JSON.stringify(tree);
    const sha256 = createHash('sha256').update(text).digest('hex');
    await this.#writer.blobs.put(treePath(sha256), Buffer.from(text));
    this.#write('tree', { ...cause, sha256, ...facts }, AGENT);
  }

  /** What it was decided on: the picture that was seen last. */
  #addBefore(callId: string): void {
    const about = { call_id: callId, when: 'before' } as const;
    if (this.#last) this.#write('frame', { ...this.#last, capture_id: undefined, ...about }, AGENT);
    else this.#write('frame', { ...about, evidence: 'the archive has no picture before it' });
  }

  async #addAfter({ method, after }: CallItem, callId: string, capture: Capture): Promise<void> {
    const when = capture === 'result' ? 'requested' : 'after';
    const cause = { call_id: callId };
    if (after !== undefined) await this.#addPicture(after, when, cause, method);
    else if (capture !== 'none') {
      this.#write('frame', { ...cause, when, evidence: 'the archive has no picture of it' });
    }
  }

  async #addPicture(name: string, when: FrameWhen, cause: FrameCause, method?: string): Promise<void> {
    try {
      const png = await this.#read(name);
      const picture = { png, when, cause, method, atMs: this.#nowMs };
      this.#last = await foreignFrame(picture, this.#writer);
      this.#write('frame', this.#last, AGENT);
    } catch (error) {
      const evidence = `${name} is no picture that can be read: ${toDeskreelError(error).message}`;
      this.#write('frame', { ...cause, when, evidence }, IMPORT);
    }
  }

  #write<T extends RowType>(type: T, data: RowData<T>, about: RowAbout = IMPORT): void {
    this.#writer.write(type, data, about);
  }
}

/** A command that nobody here knows may have a picture as well. */
function wishOf({ after, tree }: CallItem, capture: Capture): CaptureWish | undefined {
  const pictured = capture === 'after' || (capture === 'none' && after !== undefined);
  if (!pictured && tree === undefined) return undefined;
  return { before: pictured, after: pictured, tree: tree !== undefined };
}
