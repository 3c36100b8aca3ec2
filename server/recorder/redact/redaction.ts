// Takes texts and parts of the screen out of a finished trace. The result is a trace of its own, sealed anew.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { overlaps } from '../../../protocol/privacy/places.ts';
import type { Redactor } from '../../../protocol/privacy/redactor.ts';
import type { Mask } from '../../../protocol/privacy/rules.ts';
import type { Bounds } from '../../../protocol/primitives.ts';
import { isPredicateType, type KnownRow, type RowData, type RowOf } from '../../../trace/format.ts';
import type { TakenFrame } from '../../../trace/call-index.ts';
import { withoutKey, type InputEvent } from '../../../trace/gestures/input-event.ts';
import { framePath, treePath } from '../../../trace/layout.ts';
import type { Entry } from '../../../trace/reader.ts';
import { hideIn, masksOf, withoutHidden } from '../hiding.ts';
import type { RowAbout } from '../journal.ts';
import type { Recorded } from '../trace-recording.ts';
import { TraceWriter } from '../trace-writer.ts';
import type { PictureReader } from './ocr.ts';
import { paintPicture, type PaintedPicture } from './pictures.ts';
import { readUntilClean } from './read-until-clean.ts';
import { hiddenRow } from './rows.ts';
import { withoutPrinted, withoutSent, type TerminalParts } from './terminal-runs.ts';
import { withoutTyped, type TypedParts } from './typed-runs.ts';
import { readCovered, type CoveredTree } from './trees.ts';

export interface RedactionParts {
  /** The trace that is redacted: its folder and its rows, which are read twice. */
  readonly source: { readonly traceId: string; readonly dir: string; entries(): AsyncIterable<Entry> };
  /** The new one's folder, empty. */
  readonly dir: string;
  readonly traceId: string;
  readonly redactors: readonly Redactor[];
  /** What is hidden of texts that came in bits, by the call of the bit. */
  readonly typed: TypedParts['hidden'];
  readonly terminals: TerminalParts;
  /** Rectangles that are painted in every picture. */
  readonly regions: readonly Bounds[];
  /** What pictures are read for; none: they are not read. */
  readonly readers: readonly PictureReader[];
}

type TakenTree = Extract<RowOf<'tree'>['data'], { sha256: string }>;

export async function redact(parts: RedactionParts): Promise<Recorded> {
  const redaction = new Redaction(parts);
  try {
    await redaction.survey();
    for await (const entry of parts.source.entries()) await redaction.add(entry);
    return redaction.recorded();
  } finally {
    redaction.close();
  }
}

class Redaction {
  readonly #parts: RedactionParts;
  readonly #writer: TraceWriter;
  readonly #methods = new Map<string, string>();
  readonly #trees = new Map<string, CoveredTree>();
  /** Numbers of the rows that name a tree, in order, with what is hidden in it. */
  readonly #shown: { seq: number; bounds: readonly Bounds[] }[] = [];
  readonly #painted = new Map<string, PaintedPicture>();
  readonly #read = new Map<string, Bounds[]>();
  /** Calls out of whose arguments something is taken: the keys that a person gave for it tell it, too. */
  readonly #hiddenCalls = new Set<string>();
  #row: Pick<KnownRow, 'ts_ms' | 'mono_ms'> = { ts_ms: 0, mono_ms: 0 };
  #recorded: Recorded | undefined;

  constructor(parts: RedactionParts) {
    this.#parts = parts;
    const clock = { now: () => this.#row.ts_ms, monotonic: () => this.#row.mono_ms };
    this.#writer = new TraceWriter({ dir: parts.dir, clock });
  }

  /** Looks through the trees: a picture is painted by those before and after it. A person's keys come before their call. */
  async survey(): Promise<void> {
    const { source, redactors, regions } = this.#parts;
    for await (const entry of source.entries()) {
      if (entry.kind === 'row' && entry.row.type === 'call') this.#noteHidden(entry.row);
      if (entry.kind !== 'row' || entry.row.type !== 'tree' || !('sha256' in entry.row.data)) continue;
      const { sha256 } = entry.row.data;
      const covered = this.#trees.get(sha256) ?? (await readCovered(source.dir, sha256, redactors, regions));
      this.#trees.set(sha256, covered);
      this.#shown.push({ seq: entry.row.seq, bounds: covered.bounds });
    }
  }

  async add(entry: Entry): Promise<void> {
    if (entry.kind === 'broken') return;
    this.#row = entry.row;
    if (entry.kind === 'row') await this.#copy(entry.row);
    else if (isPredicateType(entry.row.type)) {
      const hidden = hideIn(entry.row.data, this.#parts.redactors);
      const data = hidden.value as Record<string, unknown>;
      const about = this.#about(entry.row);
      this.#writer.writeForeign(entry.row.type, data, about);
      for (const mask of masksOf('event', hidden)) this.#writer.write('masked', mask, about);
    }
  }

  recorded(): Recorded {
    if (!this.#recorded) throw new Error('the trace has no end');
    return this.#recorded;
  }

  close(): void {
    this.#writer.close();
  }

  async #copy(row: KnownRow): Promise<void> {
    const about = this.#about(row);
    if (row.type === 'trace_start') this.#begin(row, about);
    else if (row.type === 'trace_end') this.#recorded = this.#writer.end(row.data, about);
    else if (row.type === 'frame' && 'file' in row.data) await this.#frame(row, row.data, about);
    else if (row.type === 'tree' && 'sha256' in row.data) await this.#tree(row.data, about);
    else if (row.type === 'input') this.#input(row, about);
    else this.#plain(row, about);
  }

  #begin(row: RowOf<'trace_start'>, about: RowAbout): void {
    const { traceId, source, redactors } = this.#parts;
    const name = hideIn(row.data.name, redactors).rules.length > 0 ? null : row.data.name;
    const config = { ...row.data.config, name };
    const told = {
      kind: 'redaction',
      trace_id: source.traceId,
      ocr: this.#parts.readers.length > 0,
    } as const;
    const data = { ...row.data, trace_id: traceId, name, config, source: told };
    this.#writer.begin(data, about);
  }

  #noteHidden(row: RowOf<'call'>): void {
    const isHidden =
      this.#withoutBits(row).masks.length > 0 || hiddenRow(row, this.#parts.redactors).masks.length > 0;
    if (isHidden) this.#hiddenCalls.add(row.data.call_id);
  }

  #input({ data }: RowOf<'input'>, about: RowAbout): void {
    const isHidden = this.#hiddenCalls.has(data.gesture ?? '');
    this.#writer.write('input', isHidden ? withoutKeys(data) : data, about);
  }

  #plain(row: KnownRow, about: RowAbout): void {
    if (row.type === 'call') this.#methods.set(row.data.call_id, row.data.method);
    const { row: left, masks: typed } = this.#withoutBits(row);
    const { data, masks } = hiddenRow(left, this.#parts.redactors);
    this.#writer.write(row.type, data, about);
    for (const mask of [...typed, ...masks]) this.#writer.write('masked', mask, about);
  }

  /** What is hidden of a text that came in bits. */
  #withoutBits(row: KnownRow): { row: KnownRow; masks: RowData<'masked'>[] } {
    if (row.type === 'reply') return this.#withoutPrinted(row);
    if (row.type !== 'call') return { row, masks: [] };
    const { call_id } = row.data;
    const sent = this.#parts.terminals.sent.get(call_id);
    if (sent) {
      const { value, fields } = withoutSent(row.data.args, sent);
      const mask = { call_id, rule: 'text', place: { in: 'call', fields } } as const;
      return { row: { ...row, data: { ...row.data, args: value } }, masks: [mask] };
    }
    const { data, fields } = withoutTyped(row.data, this.#parts.typed.get(call_id));
    const mask = { call_id, rule: 'text', place: { in: 'call', fields } } as const;
    return { row: { ...row, data }, masks: fields.length > 0 ? [mask] : [] };
  }

  #withoutPrinted(row: RowOf<'reply'>): { row: KnownRow; masks: RowData<'masked'>[] } {
    const { call_id } = row.data;
    const printed = this.#parts.terminals.printed.get(call_id);
    if (!printed) return { row, masks: [] };
    const { value, fields } = withoutPrinted(row.data.result, printed);
    const mask = { call_id, rule: 'text', place: { in: 'reply', fields } } as const;
    return { row: { ...row, data: { ...row.data, result: value } }, masks: [mask] };
  }

  async #tree(data: TakenTree, about: RowAbout): Promise<void> {
    const covered = this.#trees.get(data.sha256);
    if (!covered) throw new Error('a tree came up that was not there before');
    await this.#writer.blobs.put(treePath(covered.sha256), covered.bytes);
    const { value } = hideIn(data.unavailable, this.#parts.redactors);
    const unavailable = value as TakenTree['unavailable'];
    this.#writer.write('tree', { ...data, sha256: covered.sha256, unavailable }, about);
    const { call_id, capture_id, when } = data;
    for (const { rule, nodes = 0 } of covered.masks) {
      this.#writer.write('masked', { call_id, capture_id, rule, place: { in: 'tree', when, nodes } }, about);
    }
  }

  async #frame({ seq }: Pick<KnownRow, 'seq'>, data: TakenFrame, about: RowAbout): Promise<void> {
    const masks = await this.#masksOf(seq, data.frame);
    const bounds = masks.flatMap((mask) => mask.bounds ?? []);
    const { frame, png } = await this.#picture(data.frame, bounds);
    await this.#writer.blobs.put(framePath(frame), png);
    const { call_id, capture_id, when } = data;
    const file = this.#writer.names.nameFor(frame, when, this.#methods.get(call_id ?? ''));
    this.#writer.write('frame', { ...this.#told(data), frame, file }, about);
    this.#writer.names.keep(frame, file);
    for (const mask of masks) {
      const place = { in: 'frame', when, bounds: mask.bounds ?? [] } as const;
      this.#writer.write('masked', { call_id, capture_id, rule: mask.rule, place }, about);
    }
  }

  /** What is said of a frame; an element in a region that is painted is nobody's business. */
  #told(data: TakenFrame): TakenFrame {
    const { redactors, regions } = this.#parts;
    const { element, ...others } = data;
    if (!element || !regions.some((region) => overlaps(region, element.bounds))) {
      return withoutHidden(data, redactors);
    }
    return { ...others, element_evidence: 'it lies where the picture is painted over' };
  }

  async #masksOf(seq: number, frame: string): Promise<Mask[]> {
    const { regions } = this.#parts;
    const before = this.#shown.findLast((tree) => tree.seq < seq);
    const after = this.#shown.find((tree) => tree.seq > seq);
    const texts = [...(before?.bounds ?? []), ...(after?.bounds ?? []), ...(await this.#readIn(frame))];
    return [
      ...(regions.length > 0 ? [{ rule: 'region' as const, bounds: [...regions] }] : []),
      ...(texts.length > 0 ? [{ rule: 'text' as const, bounds: texts }] : []),
    ];
  }

  async #readIn(frame: string): Promise<Bounds[]> {
    const { readers } = this.#parts;
    if (readers.length === 0) return [];
    const places = this.#read.get(frame) ?? (await readUntilClean(await this.#file(frame), readers));
    this.#read.set(frame, places);
    return places;
  }

  async #picture(frame: string, bounds: readonly Bounds[]): Promise<PaintedPicture> {
    const png = await this.#file(frame);
    if (bounds.length === 0) return { frame, png };
    const key = JSON.stringify([frame, bounds]);
    const painted = this.#painted.get(key) ?? (await paintPicture(png, bounds));
    this.#painted.clear();
    this.#painted.set(key, painted);
    return painted;
  }

  #file(frame: string): Promise<Buffer> {
    return readFile(join(this.#parts.source.dir, framePath(frame)));
  }

  #about({ actor, step_id: stepId }: Pick<KnownRow, 'actor' | 'step_id'>): RowAbout {
    const { value } = hideIn({ actor, stepId }, this.#parts.redactors);
    return value as RowAbout;
  }
}

function withoutKeys(data: RowOf<'input'>['data']): RowData<'input'> {
  const begins = data.begins && { ...data.begins, held: undefined };
  return { ...data, events: data.events.map(hiddenKey), begins };
}

function hiddenKey(event: InputEvent): InputEvent {
  return event.kind === 'key' && event.keysym !== undefined ? withoutKey(event, 'text') : event;
}
