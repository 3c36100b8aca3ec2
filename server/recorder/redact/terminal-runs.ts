// What went into a terminal and came out of it bit by bit: no row holds the text whole, and all of its rows together do.
import { z } from 'zod';
import { resolveCommand } from '../../../protocol/commands/table.ts';
import { MASK } from '../../../protocol/privacy/rules.ts';
import { ptyInput } from '../../../protocol/pty-dialect.ts';
import { isRecord } from '../../../protocol/record.ts';
import type { RedactOptions } from '../../../protocol/tracing.ts';
import type { KnownRow, RowOf } from '../../../trace/format.ts';
import { spansOf } from './spans.ts';
import type { FindSpans, Span } from './typed-runs.ts';

/** What is to be hidden of the bytes of each call or its answer, by the call's id. */
export interface TerminalParts {
  readonly sent: ReadonlyMap<string, readonly Span[]>;
  readonly printed: ReadonlyMap<string, readonly Span[]>;
}

/** How far apart the first and the last bit of a text may be. Bytes. */
const WINDOW = 16 * 1024;

const Sent = z.object({ pid: z.number(), data: z.string().optional(), text: z.string().optional() });
const Asked = z.object({ pid: z.number() });
const Printed = z.object({ data: z.base64(), offset: z.number() });

interface Bit {
  readonly callId: string;
  readonly from: number;
  readonly to: number;
}

/** The bytes that went one way, those of the last while. Places are counted from its beginning. */
class ByteRun {
  readonly #find: FindSpans;
  readonly #hidden: Map<string, Span[]>;
  #bits: Bit[] = [];
  #bytes = Buffer.alloc(0);
  #from = 0;

  constructor(find: FindSpans, hidden: Map<string, Span[]>) {
    this.#find = find;
    this.#hidden = hidden;
  }

  get end(): number {
    return this.#from + this.#bytes.length;
  }

  /** What does not begin where the last bytes ended begins a run of its own. */
  add(callId: string, bytes: Buffer, from = this.end): void {
    if (bytes.length === 0) return;
    if (from !== this.end) [this.#bits, this.#bytes, this.#from] = [[], Buffer.alloc(0), from];
    const kept = this.#bytes.subarray(-WINDOW);
    this.#from = this.end - kept.length;
    this.#bits = this.#bits.filter(({ to }) => to > this.#from);
    this.#bits.push({ callId, from, to: from + bytes.length });
    this.#bytes = Buffer.concat([kept, bytes]);
    for (const span of this.#find(this.#bytes.toString('latin1'))) this.#hide(span);
  }

  #hide(span: Span): void {
    const [from, to] = [this.#from + span.from, this.#from + span.to];
    const parts = this.#bits.filter((bit) => bit.from < to && bit.to > from);
    // What one row holds whole is found in it.
    if (parts.length < 2) return;
    for (const { callId, ...bit } of parts) {
      const part = { from: Math.max(0, from - bit.from), to: Math.min(bit.to, to) - bit.from };
      const known = this.#hidden.get(callId) ?? [];
      if (known.some((one) => one.from === part.from && one.to === part.to)) continue;
      this.#hidden.set(callId, [...known, part]);
    }
  }
}

export class TerminalRuns {
  readonly #find: FindSpans;
  readonly #sent = new Map<string, Span[]>();
  readonly #printed = new Map<string, Span[]>();
  readonly #runs = new Map<string, ByteRun>();
  /** Terminals that are being read, by the call that reads. */
  readonly #reading = new Map<string, number>();

  /** Texts are looked for in bytes: patterns for letters beyond ASCII find nothing here. */
  constructor({ texts, patterns }: Pick<RedactOptions, 'texts' | 'patterns'>) {
    this.#find = spansOf({ texts: texts.map((text) => Buffer.from(text).toString('latin1')), patterns });
  }

  /** The trace's rows, in order. */
  add(row: KnownRow): void {
    if (row.type === 'call') this.#addCall(row.data);
    else if (row.type === 'reply') this.#addReply(row.data);
  }

  get parts(): TerminalParts {
    return { sent: this.#sent, printed: this.#printed };
  }

  #addCall({ call_id: callId, method, args }: RowOf<'call'>['data']): void {
    const command = resolveCommand(method);
    if (command === 'pty_send') {
      const { success, data } = Sent.safeParse(args);
      if (success) this.#run(`into ${data.pid}`, this.#sent).add(callId, ptyInput(data));
    } else if (command === 'pty_read') {
      const { success, data } = Asked.safeParse(args);
      if (success) this.#reading.set(callId, data.pid);
    }
  }

  #addReply({ call_id: callId, result }: RowOf<'reply'>['data']): void {
    const pid = this.#reading.get(callId);
    if (pid === undefined) return;
    this.#reading.delete(callId);
    const { success, data } = Printed.safeParse(result);
    if (!success) return;
    this.#run(`out of ${pid}`, this.#printed).add(callId, Buffer.from(data.data, 'base64'), data.offset);
  }

  #run(name: string, hidden: Map<string, Span[]>): ByteRun {
    const run = this.#runs.get(name) ?? new ByteRun(this.#find, hidden);
    this.#runs.set(name, run);
    return run;
  }
}

/** The arguments of `pty_send` without what is hidden of its bytes, and the fields in which that was. */
export function withoutSent(args: unknown, spans: readonly Span[]): { value: unknown; fields: string[] } {
  const { success, data: sent } = Sent.safeParse(args);
  if (!success || !isRecord(args)) return { value: args, fields: [] };
  const left = masked(ptyInput(sent), spans);
  const { data, text, ...others } = args;
  if (data === undefined) return { value: { ...others, text: left.toString() }, fields: ['text'] };
  const fields = text === undefined ? ['data'] : ['data', 'text'];
  return { value: { ...others, data: left.toString('base64') }, fields };
}

/** The same of the answer to `pty_read`. */
export function withoutPrinted(
  result: unknown,
  spans: readonly Span[],
): { value: unknown; fields: string[] } {
  const { success, data: printed } = Printed.safeParse(result);
  if (!success || !isRecord(result)) return { value: result, fields: [] };
  const data = masked(Buffer.from(printed.data, 'base64'), spans).toString('base64');
  return { value: { ...result, data }, fields: ['data'] };
}

function masked(bytes: Buffer, spans: readonly Span[]): Buffer {
  const last = spans.toSorted((a, b) => b.from - a.from);
  return last.reduce(
    (left, { from, to }) => Buffer.concat([left.subarray(0, from), Buffer.from(MASK), left.subarray(to)]),
    bytes,
  );
}
