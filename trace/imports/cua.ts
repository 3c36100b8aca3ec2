// Archives of Cua's Tracing API: `event_*` files and pictures, flat or in one folder. Their times are seconds.
import { z } from 'zod';
import { parseJson, parseWith } from '../../protocol/codec.ts';
import type { TreeReport } from '../../protocol/tree.ts';
import { readWhole, type TraceFiles } from '../files/trace-files.ts';
import { foreignTree } from './foreign-tree.ts';
import type { ImportedItem, Importer } from './importer.ts';
import { isScreenshot, withoutOwnPictures } from './own-pictures.ts';

const Metadata = z.looseObject({
  trace_id: z.string().optional(),
  /** Seconds since 1970, or ISO 8601. */
  start_time: z.union([z.number(), z.string()]),
  config: z.looseObject({ name: z.string().nullish(), accessibility_tree: z.boolean().nullish() }).optional(),
});
const Event = z.looseObject({
  type: z.string(),
  timestamp: z.number(),
  data: z.record(z.string(), z.unknown()),
});
type Event = z.output<typeof Event>;
const ApiCall = z.looseObject({
  method: z.string(),
  args: z.record(z.string(), z.unknown()).nullish(),
  result: z.unknown(),
  error: z.string().nullish(),
  /** A path of the machine that recorded it, or a name. */
  screenshot: z.string().nullish(),
  success: z.boolean().default(true),
});
const KeyValue = z.looseObject({ key: z.string(), value: z.unknown() });

const EVENT_FILE = /^event_(\d+)_\w+\.json$/;
const EDGE_PICTURE = /^\d+_(initial|final)_screenshot\.png$/;

export const cuaImporter: Importer = {
  format: 'cua',
  mark: 'trace_metadata.json',
  async read(files) {
    const metadata = await json(files, 'trace_metadata.json', Metadata);
    const { start_time: start, trace_id: id, config } = metadata;
    const isTracedItself = await endsWithPicture(files);
    return {
      id,
      name: config?.name ?? id,
      startMs: typeof start === 'number' ? start * 1000 : Date.parse(start),
      trees: config?.accessibility_tree ?? false,
      items: () => {
        const items = itemsOf(files, config?.accessibility_tree ?? false);
        return isTracedItself ? withoutOwnPictures(items) : items;
      },
    };
  },
};

type CallItem = Extract<ImportedItem, { kind: 'call' }>;

async function* itemsOf(files: TraceFiles, wished: boolean): AsyncGenerator<ImportedItem> {
  const trees = new TreesBefore(wished);
  const left = new Map<string, number>();
  let lastMs = 0;
  for (const name of eventNames(files)) {
    const event = await json(files, name, Event);
    lastMs = event.timestamp * 1000;
    if (event.type === 'trace_start') yield* edge(files, 'initial', lastMs);
    const item = itemOf(event, lastMs, files);
    if (item) yield item.kind === 'call' ? trees.of(item) : item;
    else if (!EDGES.has(event.type) && !trees.take(event))
      left.set(event.type, (left.get(event.type) ?? 0) + 1);
  }
  yield* edge(files, 'final', lastMs);
  if (left.size > 0) {
    yield { kind: 'metadata', atMs: lastMs, key: 'not imported', value: Object.fromEntries(left) };
  }
}

/** The calls after which the client reads the tree. */
const WITH_TREE = new Set(['left_click', 'right_click', 'double_click', 'type_text', 'press_key', 'hotkey']);

/** The client writes the tree that a call led to, then the call. */
class TreesBefore {
  readonly #wished: boolean;
  #last: TreeReport | undefined;

  constructor(wished: boolean) {
    this.#wished = wished;
  }

  /** False where the event is no tree. */
  take({ type, data }: Event): boolean {
    if (type !== 'accessibility_tree') return false;
    this.#last = foreignTree(data['tree']);
    return this.#last !== undefined;
  }

  of(call: CallItem): CallItem {
    if (!WITH_TREE.has(call.method)) return call;
    const tree = this.#last ?? (this.#wished ? 'missing' : undefined);
    this.#last = undefined;
    return { ...call, tree };
  }
}

const EDGES = new Set(['trace_start', 'trace_end']);

/** Whether the tracer's pictures are among the calls: only of its last one can the call come after the trace's end. */
async function endsWithPicture(files: TraceFiles): Promise<boolean> {
  const name = eventNames(files).at(-1);
  const item = name === undefined ? undefined : itemOf(await json(files, name, Event), 0, files);
  return item !== undefined && isScreenshot(item);
}

/** In the order of their numbers. */
function eventNames(files: TraceFiles): string[] {
  const number = (name: string): number => Number(EVENT_FILE.exec(name)?.[1]);
  return files.names
    .filter((name) => EVENT_FILE.test(name))
    .sort((one, other) => number(one) - number(other));
}

function itemOf({ type, data }: Event, atMs: number, files: TraceFiles): ImportedItem | undefined {
  if (type === 'metadata')
    return { kind: 'metadata', atMs, ...parseWith(KeyValue, data, 'a metadata event') };
  if (type !== 'api_call') return undefined;
  const { method, args, result, error, screenshot, success } = parseWith(ApiCall, data, 'an api_call event');
  const after = screenshot?.split(/[\\/]/).at(-1);
  return {
    kind: 'call',
    atMs,
    method,
    args: args ?? {},
    // A call that raised an error did not succeed, whatever stands beside it.
    success: success && typeof error !== 'string',
    error: error ?? undefined,
    result: result ?? undefined,
    after: after !== undefined && files.has(after) ? after : undefined,
  };
}

function* edge(files: TraceFiles, when: 'initial' | 'final', atMs: number): Generator<ImportedItem> {
  const file = files.names.find((name) => EDGE_PICTURE.exec(name)?.[1] === when);
  if (file !== undefined) yield { kind: 'picture', atMs, when, file };
}

async function json<S extends z.ZodType>(files: TraceFiles, name: string, shape: S): Promise<z.output<S>> {
  return parseWith(shape, parseJson((await readWhole(files, name)).toString()), name);
}
