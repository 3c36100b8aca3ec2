// What belongs to each call of a trace: its reply, its pictures and its tree, wherever in the journal their rows are.
import { commandSpec, resolveCommand } from '../protocol/commands/table.ts';
import type { FrameWhen } from '../protocol/frame.ts';
import type { KnownRow, RowOf, ToldMask } from './format.ts';
import type { Entry } from './reader.ts';

export type TakenFrame = Extract<RowOf<'frame'>['data'], { file: string }>;
export type TakenTree = Extract<RowOf<'tree'>['data'], { sha256: string }>;

export interface CallParts {
  reply: RowOf<'reply'> | undefined;
  frames: Partial<Record<FrameWhen, TakenFrame>>;
  tree: TakenTree | undefined;
  /** Why a picture or the tree is missing, by what is missing. */
  evidence: Record<string, string>;
  /** What was masked in all of these, and in the call itself. */
  masks: ToldMask[];
}

export class CallIndex {
  readonly #calls = new Map<string, CallParts>();

  constructor(entries: Iterable<Entry> = []) {
    for (const entry of entries) if (entry.kind === 'row') this.add(entry.row);
  }

  of(callId: string): CallParts {
    return this.#calls.get(callId) ?? emptyParts();
  }

  /** What a later row says of this call makes a new entry. */
  forget(callId: string): void {
    this.#calls.delete(callId);
  }

  add(row: KnownRow): void {
    if (row.type === 'reply') this.#parts(row.data.call_id).reply ??= row;
    if (row.type === 'frame') this.#addFrame(row.data);
    if (row.type === 'tree') this.#addTree(row.data);
    if (row.type === 'masked') this.#addMask(row.data);
  }

  #addMask({ call_id: callId, rule, place }: RowOf<'masked'>['data']): void {
    if (callId !== undefined) this.#parts(callId).masks.push({ rule, place });
  }

  #addFrame(data: RowOf<'frame'>['data']): void {
    if (data.call_id === undefined) return;
    const parts = this.#parts(data.call_id);
    if ('file' in data) parts.frames[data.when] ??= data;
    else parts.evidence[data.when] = data.evidence;
  }

  #addTree(data: RowOf<'tree'>['data']): void {
    if (data.call_id === undefined) return;
    const parts = this.#parts(data.call_id);
    if ('sha256' in data) parts.tree ??= data;
    else parts.evidence['tree'] = data.evidence;
  }

  #parts(callId: string): CallParts {
    const parts = this.#calls.get(callId) ?? emptyParts();
    this.#calls.set(callId, parts);
    return parts;
  }
}

function emptyParts(): CallParts {
  return { reply: undefined, frames: {}, tree: undefined, evidence: {}, masks: [] };
}

/** Whether nothing that belongs to the call can follow any more. */
export function isComplete(call: RowOf<'call'>, parts: CallParts, start: RowOf<'trace_start'>): boolean {
  if (!parts.reply) return false;
  return partsToCome(call, parts.reply, start).every((part) => isThere(parts, part));
}

/** What the recorder writes of a call beside its reply, or says to be missing. */
function partsToCome(
  { data }: RowOf<'call'>,
  reply: RowOf<'reply'>,
  start: RowOf<'trace_start'>,
): (FrameWhen | 'tree')[] {
  if (data.wish) return (['before', 'after', 'tree'] as const).filter((part) => data.wish?.[part]);
  const command = resolveCommand(data.method);
  if (!command || !start.data.config.screenshots) return [];
  // A journal of another hand may have pictures that nobody announced.
  if (commandSpec(command).capture === 'after') return ['before', 'after'];
  return commandSpec(command).capture === 'result' && reply.data.success ? ['requested'] : [];
}

function isThere({ frames, tree, evidence }: CallParts, part: FrameWhen | 'tree'): boolean {
  return evidence[part] !== undefined || (part === 'tree' ? tree !== undefined : frames[part] !== undefined);
}
