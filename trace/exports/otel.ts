// `otel`: OpenTelemetry's spans as OTLP's JSON: one root for the trace, one span a command. Names are those of the
// conventions for generative AI (`execute_tool`). Texts and pictures stay out; pictures are named by their hashes.
import { createHash } from 'node:crypto';
import type { RowOf } from '../format.ts';
import { maskCountsText, placeText } from '../masks.ts';
import type { TraceSource } from '../source/source.ts';
import { pictureAfter, readSteps, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonList } from './json.ts';
import { readTask, type Task } from './task.ts';

const INTERNAL = 1;
const STATUS = { unset: 0, ok: 1, error: 2 } as const;

export const otel: Exporter = {
  format: 'otel',
  about: "OpenTelemetry spans, as OTLP's JSON",
  extension: 'json',
  async *files(trace) {
    yield { name: 'spans.json', content: document(trace, await readTask(trace)) };
  },
};

async function* document(trace: TraceSource, task: Task): AsyncGenerator<string> {
  const { desktop } = trace.overview;
  const resource = attributes({
    'service.name': 'deskreel',
    'deskreel.desktop.id': desktop.id,
    'deskreel.desktop.name': desktop.name,
    'container.image.name': desktop.image,
  });
  const scope = JSON.stringify({ name: 'deskreel' });
  const open = `{"resourceSpans":[{"resource":${JSON.stringify({ attributes: resource })},"scopeSpans":[{"scope":${scope},"spans":[`;
  yield* jsonList(open, spansOf(trace, task), ']}]}]}\n');
}

async function* spansOf(trace: TraceSource, task: Task): AsyncGenerator<object> {
  const ids = { traceId: hexId(trace.overview.trace_id, 32), root: hexId(trace.overview.run_id, 16) };
  yield rootSpan(trace, task, ids);
  for await (const step of readSteps(trace.entries())) yield stepSpan(step, ids);
}

interface Ids {
  readonly traceId: string;
  readonly root: string;
}

function rootSpan({ overview }: TraceSource, task: Task, { traceId, root }: Ids): object {
  const agent = task.agent === '' ? 'unknown' : task.agent;
  return {
    traceId,
    spanId: root,
    name: `invoke_agent ${agent}`,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(Date.parse(overview.start_time)),
    endTimeUnixNano: nanoseconds(Date.parse(overview.end_time)),
    attributes: attributes({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': agent,
      'gen_ai.conversation.id': overview.run_id,
      'gen_ai.request.model': task.model,
      'deskreel.trace.id': overview.trace_id,
      'deskreel.trace.name': overview.name ?? undefined,
      'deskreel.trace.end': overview.end,
      'deskreel.commands': overview.steps,
      'deskreel.errors': overview.errors,
      'deskreel.masked': maskCountsText(overview.masked ?? {}) || undefined,
    }),
    status: { code: STATUS.unset },
  };
}

function stepSpan(step: Step, { traceId, root }: Ids): object {
  const { call, reply } = step;
  const { call_id: callId, method } = call.data;
  return {
    traceId,
    spanId: hexId(callId, 16),
    parentSpanId: root,
    name: `execute_tool ${method}`,
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(call.ts_ms),
    endTimeUnixNano: nanoseconds(reply ? Math.max(call.ts_ms, reply.ts_ms) : call.ts_ms),
    attributes: attributes({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': method,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': callId,
      'error.type': errorOf(reply),
      'deskreel.actor.kind': call.actor?.kind,
      'deskreel.actor.id': call.actor?.id,
      'deskreel.step.id': call.step_id,
      'deskreel.frame.before': step.frames.before?.frame,
      'deskreel.frame.after': pictureAfter(step)?.frame,
      'deskreel.frame.settled': step.frames.after?.settled,
    }),
    ...maskEvents(step),
    status: statusOf(reply),
  };
}

/** What was masked of it, and where; OTLP leaves empty lists out. */
function maskEvents({ call, masks }: Step): { events?: object[] } {
  if (masks.length === 0) return {};
  const events = masks.map(({ rule, place }) => ({
    timeUnixNano: nanoseconds(call.ts_ms),
    name: 'deskreel.masked',
    attributes: attributes({ 'deskreel.mask.rule': rule, 'deskreel.mask.place': placeText(place) }),
  }));
  return { events };
}

function errorOf(reply: RowOf<'reply'> | undefined): string | undefined {
  if (!reply) return 'unknown_outcome';
  return reply.data.success ? undefined : (reply.data.error?.code ?? 'command_failed');
}

function statusOf(reply: RowOf<'reply'> | undefined): object {
  if (reply?.data.success) return { code: STATUS.ok };
  return { code: STATUS.error, message: reply?.data.error?.message ?? 'unknown outcome' };
}

type Attribute = string | number | boolean | undefined;

function attributes(values: Readonly<Record<string, Attribute>>): object[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

/** 64-bit integers are texts in OTLP's JSON. */
function anyValue(value: NonNullable<Attribute>): object {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) };
}

function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1000)) * 1000n}`;
}

/** The same id for the same thing, in every export. */
function hexId(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
