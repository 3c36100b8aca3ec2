// An uploaded run as a trace of this server: its events become rows at their own times, its pictures frames, its actions
// the commands that they were.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { toDeskreelError } from '../../protocol/errors.ts';
import { RecordedOptions } from '../../protocol/tracing.ts';
import type { TakenFrame } from '../../trace/call-index.ts';
import { UPLOADED_RUN } from '../../trace/layout.ts';
import {
  kindOf,
  numberAt,
  recordAt,
  textAt,
  timeOf,
  type PredicateEvent,
} from '../../trace/predicate/event.ts';
import { readLines } from '../../trace/predicate/lines.ts';
import { foreignFrame, type FrameCause } from '../recorder/foreign-frame.ts';
import type { RowAbout } from '../recorder/journal.ts';
import type { Recorded } from '../recorder/trace-recording.ts';
import { TraceWriter } from '../recorder/trace-writer.ts';
import { commandOf, placesIn, type Places, type UploadedCommand } from './commands.ts';
import { asPng, withPictures } from './pictures.ts';
import { LINES_FILE, type UploadRecord } from './record.ts';

const NO_DESKTOP = { id: UPLOADED_RUN, name: 'uploaded run' };
const AGENT = { kind: 'agent', id: 'uploaded' } as const;

/** The times of the events, for rows: they stand still between two of them and never go backwards. */
class EventClock {
  #now: number;
  readonly #start: number;

  constructor(start: number) {
    this.#start = start;
    this.#now = start;
  }

  to(event: PredicateEvent): void {
    this.#now = Math.max(this.#now, timeOf(event) ?? this.#now);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }
}

/** `from`: the folder of the upload; `dir`: the folder of the trace, which is empty. */
export async function writeUploadedTrace(from: string, dir: string, record: UploadRecord): Promise<Recorded> {
  const lines = join(from, LINES_FILE);
  const writer = new UploadWriter(dir, record, new EventClock(await firstTime(lines)));
  try {
    for await (const event of withPictures(lines, from, record.run_id)) await writer.add(event);
    return writer.end();
  } finally {
    writer.close();
  }
}

async function firstTime(lines: string): Promise<number> {
  for await (const { text } of readLines(lines)) {
    return timeOf(JSON.parse(text) as PredicateEvent) ?? Date.now();
  }
  return Date.now();
}

/** A command whose end has not been told. */
interface OpenCommand {
  readonly callId: string;
  readonly command: UploadedCommand;
  readonly startMs: number;
  readonly about: RowAbout;
  /** As its own event says; the step's end may say it, too. */
  readonly success: boolean | undefined;
  hasPicture: boolean;
}

interface Occasion {
  readonly when: 'after' | 'requested';
  readonly cause: FrameCause;
  readonly method?: string;
  readonly about: RowAbout;
}

class UploadWriter {
  readonly #clock: EventClock;
  readonly #writer: TraceWriter;
  #places: Places = new Map();
  #last: TakenFrame | undefined;
  #open: OpenCommand | undefined;

  constructor(dir: string, { run_id: runId, trace_id, goal: name }: UploadRecord, clock: EventClock) {
    this.#clock = clock;
    this.#writer = new TraceWriter({ dir, clock, runId });
    this.#writer.begin({ trace_id, name, config: RecordedOptions.parse({}), desktop: NO_DESKTOP }, {});
  }

  async add(event: PredicateEvent): Promise<void> {
    this.#clock.to(event);
    const kind = kindOf(event.type);
    if (kind === 'snapshot') await this.#see(event);
    if (kind === 'step_end') this.#endCommand(recordAt(event.data, 'exec'));
    const stepId = stepOf(event);
    this.#writer.writeForeign(event.type, event.data, { stepId: event.step_id });
    if (kind === 'action') this.#begin(event.data, { stepId, actor: AGENT });
  }

  end(): Recorded {
    this.#endCommand({});
    return this.#writer.end({ end: 'stopped' }, {});
  }

  close(): void {
    this.#writer.close();
  }

  /** The picture of a snapshot. */
  async #see({ data }: PredicateEvent): Promise<void> {
    this.#places = placesIn(data);
    const picture = data['screenshot_base64'];
    if (typeof picture !== 'string' || picture === '') return;
    const { when, cause, method, about } = this.#occasion();
    try {
      const png = await asPng(picture);
      const taken = { png, when, cause, method, atMs: this.#clock.now() };
      this.#last = await foreignFrame(taken, this.#writer);
      this.#writer.write('frame', this.#last, about);
    } catch (error) {
      const evidence = `the screenshot cannot be read: ${toDeskreelError(error).message}`;
      this.#writer.write('frame', { ...cause, when, evidence }, about);
    }
  }

  /** What a picture that comes now belongs to: the command that led to it, or nothing but the look. */
  #occasion(): Occasion {
    const open = this.#open;
    if (!open || open.hasPicture) {
      return { when: 'requested', cause: { capture_id: randomUUID() }, about: { actor: AGENT } };
    }
    open.hasPicture = true;
    const { callId, command, about } = open;
    return { when: 'after', cause: { call_id: callId }, method: command.method, about };
  }

  #begin(data: Record<string, unknown>, about: RowAbout): void {
    this.#endCommand({});
    const command = commandOf(data, this.#places);
    if (!command) return;
    const callId = randomUUID();
    const wish = { before: true, after: true, tree: false };
    this.#writer.write('call', { call_id: callId, ...command, wish }, about);
    const before = { call_id: callId, when: 'before' } as const;
    if (this.#last) this.#writer.write('frame', { ...this.#last, capture_id: undefined, ...before }, about);
    else this.#writer.write('frame', { ...before, evidence: 'the run has no screenshot before it' }, about);
    const { success: said } = data;
    const success = typeof said === 'boolean' ? said : undefined;
    this.#open = { callId, command, startMs: this.#clock.now(), about, success, hasPicture: false };
  }

  /** `exec`: what the step's end says. Where nobody said how the command ended, it has no reply. */
  #endCommand(exec: Record<string, unknown>): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { callId, about, startMs } = open;
    if (!open.hasPicture) {
      const evidence = 'the run has no screenshot after it';
      this.#writer.write('frame', { call_id: callId, when: 'after', evidence }, about);
    }
    const success = open.success ?? exec['success'];
    if (typeof success !== 'boolean') return;
    const message = textAt(exec, 'error', 'outcome') ?? 'the action failed';
    const outcome = success ? { result: {} } : { error: { code: 'command_failed' as const, message } };
    const duration = numberAt(exec, 'duration_ms') ?? this.#clock.now() - startMs;
    this.#writer.write(
      'reply',
      { call_id: callId, success, ...outcome, duration_ms: Math.max(0, duration) },
      about,
    );
  }
}

function stepOf({ step_id: id, data }: PredicateEvent): string | undefined {
  return id ?? textAt(data, 'step_id');
}
