// What the formats for training ask of a whole trace: what was to be done, by which model, and how it ended.
import { z } from 'zod';
import type { Envelope, RowOf } from '../format.ts';
import type { TraceSource } from '../source/source.ts';
import { readItems, type Step, type TraceItem } from '../steps.ts';

export interface Task {
  /** What was to be done, as far as the trace says; else its name, else the empty text. */
  readonly instruction: string;
  readonly agent: string;
  readonly model: string | undefined;
  /** Undefined where nobody said. */
  readonly status: 'success' | 'failure' | undefined;
  /** Of the screen. */
  readonly size: { readonly width: number; readonly height: number };
  /** The number of the last step that an export of actions holds; 0 for none. */
  readonly lastAction: number;
}

/** Keys of `addMetadata` that say what was to be done, the most exact first. */
const INSTRUCTION_KEYS = ['instruction', 'task', 'goal', 'prompt', 'workflow'];
const DEFAULT_SIZE = { width: 1280, height: 800 };

const RunStart = z.looseObject({
  agent: z.string().optional(),
  llm_model: z.string().nullish(),
  config: z.looseObject({ goal: z.string().optional() }).nullish(),
});
const RunEnd = z.looseObject({ status: z.string().nullish() });
const Goal = z.looseObject({ goal: z.string() });

class TaskReader {
  readonly #said = new Map<string, string>();
  #goal: string | undefined;
  #agent: string | undefined;
  #actor: string | undefined;
  #model: string | undefined;
  #status: Task['status'];
  #size: Task['size'] | undefined;
  #lastAction = 0;

  add(item: TraceItem): void {
    if (item.kind === 'step') this.#addStep(item.step);
    if (item.kind === 'frame') this.#size ??= item.frame;
    if (item.kind === 'row' && item.row.type === 'metadata') this.#addMetadata(item.row);
    if (item.kind === 'predicate') this.#addPredicate(item.row);
  }

  task({ name, desktop }: TraceSource['overview']): Task {
    const key = INSTRUCTION_KEYS.find((candidate) => this.#said.has(candidate));
    const { width, height } = this.#size ?? sizeOf(desktop.resolution) ?? DEFAULT_SIZE;
    return {
      instruction: (key && this.#said.get(key)) ?? this.#goal ?? name ?? '',
      agent: this.#agent ?? this.#actor ?? '',
      model: this.#model,
      status: this.#status,
      size: { width, height },
      lastAction: this.#lastAction,
    };
  }

  #addStep({ action, frames, number, call }: Step): void {
    this.#size ??= frames.before ?? frames.after ?? frames.requested;
    this.#actor ??= call.actor?.id;
    if (action) this.#lastAction = number;
  }

  #addMetadata({ data }: RowOf<'metadata'>): void {
    if (typeof data.value === 'string') this.#said.set(data.key.toLowerCase(), data.value);
  }

  #addPredicate({ type, data }: Envelope): void {
    if (type === 'run_start') this.#addRunStart(data);
    if (type === 'step_start') this.#goal ??= Goal.safeParse(data).data?.goal;
    if (type !== 'run_end') return;
    const status = RunEnd.safeParse(data).data?.status;
    if (status === 'success' || status === 'failure') this.#status = status;
  }

  #addRunStart(data: Record<string, unknown>): void {
    const run = RunStart.safeParse(data).data;
    this.#agent = run?.agent ?? this.#agent;
    this.#model = run?.llm_model ?? this.#model;
    this.#goal = run?.config?.goal ?? this.#goal;
  }
}

/** Reads the trace once. */
export async function readTask(trace: TraceSource): Promise<Task> {
  const reader = new TaskReader();
  for await (const item of readItems(trace.entries())) reader.add(item);
  return reader.task(trace.overview);
}

function sizeOf(resolution: string | undefined): Task['size'] | undefined {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(resolution ?? '') ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}
