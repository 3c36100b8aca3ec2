// `playwright`: a trace of Playwright's format, version 9, which its own viewer and command line open.
// A command is an action of the class Desktop with screenshots before and after it, and the tree as an ARIA snapshot.
import { z } from 'zod';
import type { TakenFrame, TakenTree } from '../call-index.ts';
import type { Size } from '../../protocol/primitives.ts';
import type { Envelope, RowOf } from '../format.ts';
import { maskText } from '../masks.ts';
import type { TraceSource } from '../source/source.ts';
import { pictureAfter, readItems, type LooseRow, type Step, type TraceItem } from '../steps.ts';
import { ariaNodes } from './aria.ts';
import type { Exporter, ExportFile } from './exporter.ts';
import { jsonLines } from './json.ts';
import { outcomeText } from './outcome.ts';
import { PictureFiles } from './pictures.ts';
import { readTask } from './task.ts';
import { pointOf, titleOf } from './title.ts';

export const PLAYWRIGHT_VERSION = 9;
/** The page that frames of the film strip belong to. */
const PAGE = 'desktop@1';

export const playwright: Exporter = {
  format: 'playwright',
  about: "a trace that Playwright's viewer opens",
  extension: 'zip',
  async *files(trace) {
    const { size } = await readTask(trace);
    const pictures = new PictureFiles(trace, 'screenshots/');
    yield { name: 'trace.trace', content: jsonLines(eventsOf(trace, size)) };
    yield { name: 'trace.network', content: '' };
    for await (const item of readItems(trace.entries())) {
      if (item.kind === 'frame') yield* pictures.once(item.frame);
      if (item.kind === 'step') yield* filesOf(trace, item.step, pictures);
    }
  },
};

async function* filesOf(trace: TraceSource, step: Step, pictures: PictureFiles): AsyncGenerator<ExportFile> {
  const { before, after, requested } = step.frames;
  for (const frame of [before, after, requested]) yield* pictures.once(frame);
  if (step.tree) {
    const nodes = ariaNodes(await trace.tree(step.tree.sha256));
    yield { name: ariaFile(step.call.data.call_id), content: JSON.stringify(nodes) };
  }
}

async function* eventsOf(trace: TraceSource, viewport: Size): AsyncGenerator<object> {
  const writer = new EventWriter();
  for await (const item of readItems(trace.entries())) {
    if (item.kind === 'row' && item.row.type === 'trace_start') {
      yield contextOptions(trace, item.row, viewport);
    } else {
      yield* writer.events(item);
    }
  }
}

function contextOptions({ overview }: TraceSource, start: RowOf<'trace_start'>, viewport: Size): object {
  return {
    version: PLAYWRIGHT_VERSION,
    type: 'context-options',
    origin: 'library',
    browserName: 'desktop',
    platform: 'linux',
    wallTime: start.ts_ms,
    monotonicTime: start.mono_ms,
    title: overview.name ?? overview.trace_id,
    options: { viewport, deviceScaleFactor: 1, isMobile: false },
    sdkLanguage: 'javascript',
  };
}

class EventWriter {
  readonly #shown = new FilmStrip();
  readonly #groups = new Groups();

  *events(item: TraceItem): Generator<object> {
    if (item.kind === 'step') yield* stepEvents(item.step, this.#shown, this.#groups);
    if (item.kind === 'frame') this.#shown.show(item.frame, item.row.mono_ms);
    if (item.kind === 'row') yield* this.#rowEvents(item.row);
    if (item.kind !== 'predicate') return;
    const group = this.#groups.events(item.row);
    if (group.length > 0) yield* group;
    else yield consoleEvent(item.row, `${item.row.type} ${JSON.stringify(item.row.data)}`);
  }

  *#rowEvents(row: LooseRow): Generator<object> {
    if (row.type === 'metadata')
      yield consoleEvent(row, `${row.data.key}: ${JSON.stringify(row.data.value)}`);
    if (row.type === 'desktop') yield consoleEvent(row, `${row.data.state}: ${row.data.reason}`, 'warning');
    // The frames of a film, five a second, would be all that the console shows.
    if (row.type === 'masked' && !('when' in row.data.place && row.data.place.when === 'video'))
      yield consoleEvent(row, `masked ${maskText(row.data)}`);
    if (row.type === 'fault') yield consoleEvent(row, faultText(row), 'error');
    if (row.type !== 'trace_end') return;
    yield* this.#groups.endAll(row.mono_ms);
    yield* this.#shown.frames();
  }
}

function faultText({ data: { part, reason, lost, commands = 0 } }: RowOf<'fault'>): string {
  return `the recorder could not write (${part}: ${reason}): ${lost} writes failed, ${commands} commands are not here`;
}

const Goal = z.looseObject({ goal: z.string() });

/** Steps as groups of actions. (`stepId` is not for them: it stands for a step of Playwright's test runner.) */
class Groups {
  readonly #open = new Set<string>();

  /** The group that the call belongs to. */
  parentOf({ step_id: id }: { step_id?: string | undefined }): { parentId?: string } {
    return id !== undefined && this.#open.has(id) ? { parentId: groupId(id) } : {};
  }

  events({ type, step_id: id, data, mono_ms: time }: Envelope): object[] {
    if (id === undefined) return [];
    if (type === 'step_start' && !this.#open.has(id)) {
      this.#open.add(id);
      const title = Goal.safeParse(data).data?.goal ?? id;
      const about = { title, class: 'Tracing', method: 'tracingGroup', params: { name: title } };
      return [{ type: 'before', callId: groupId(id), startTime: time, ...about }];
    }
    return type === 'step_end' && this.#open.has(id) ? [this.#end(id, time)] : [];
  }

  endAll(time: number): object[] {
    return [...this.#open].map((id) => this.#end(id, time));
  }

  #end(id: string, endTime: number): object {
    this.#open.delete(id);
    return { type: 'after', callId: groupId(id), endTime };
  }
}

function groupId(stepId: string): string {
  return `step@${stepId}`;
}

function consoleEvent({ mono_ms: time }: { mono_ms: number }, text: string, messageType = 'info'): object {
  const location = { url: '', lineNumber: 0, columnNumber: 0 };
  return { type: 'console', time, pageId: PAGE, messageType, text, args: [], location };
}

function* stepEvents(step: Step, shown: FilmStrip, groups: Groups): Generator<object> {
  const { call, reply, frames, tree } = step;
  const callId = call.data.call_id;
  const after = pictureAfter(step);
  yield { ...beforeEvent(step), ...groups.parentOf(step.call) };
  yield* inputEvents(step);
  yield* logEvents(step);
  if (after) yield screenshot(callId, 'after', after);
  if (tree) yield { type: 'aria-snapshot', callId, phase: 'after', file: ariaFile(callId) };
  // Without its end, the viewer shows it as one that never ended: nobody knows its outcome.
  if (reply) yield afterEvent(step, reply, after, tree);
  if (frames.before) shown.show(frames.before, call.mono_ms);
  if (after && reply) shown.show(after, reply.mono_ms + after.settle_ms);
}

function beforeEvent(step: Step): object {
  const { call_id: callId, method, args } = step.call.data;
  return {
    type: 'before',
    callId,
    startTime: step.call.mono_ms,
    title: titleOf(step),
    class: 'Desktop',
    method,
    params: args ?? {},
    pageId: PAGE,
  };
}

/** The screen before, and where on it the pointer went. */
function* inputEvents(step: Step): Generator<object> {
  const { call_id: callId } = step.call.data;
  const { before } = step.frames;
  const point = pointOf(step);
  if (before) yield screenshot(callId, 'before', before);
  if (point) yield { type: 'input', callId, point };
  if (point && before) yield screenshot(callId, 'action', before);
}

/** Pictures also as attachments: the command line finds them there. */
function afterEvent(
  step: Step,
  reply: RowOf<'reply'>,
  after: TakenFrame | undefined,
  tree: TakenTree | undefined,
): object {
  const { result, error, success } = reply.data;
  const point = pointOf(step);
  const attachments = [
    ...(after ? [{ name: after.file, contentType: 'image/png', file: `screenshots/${after.file}` }] : []),
    ...(tree
      ? [{ name: 'tree', contentType: 'application/json', file: ariaFile(step.call.data.call_id) }]
      : []),
  ];
  return {
    type: 'after',
    callId: step.call.data.call_id,
    endTime: reply.mono_ms,
    ...(success ? {} : { error: { name: error?.code ?? 'Error', message: outcomeText(step) } }),
    ...(result === undefined ? {} : { result }),
    ...(point ? { point } : {}),
    ...(attachments.length > 0 ? { attachments } : {}),
  };
}

function* logEvents({ call, reply, frames, evidence, masks }: Step): Generator<object> {
  const { call_id: callId } = call.data;
  const log = (message: string, time = reply?.mono_ms ?? call.mono_ms): object => ({
    type: 'log',
    callId,
    time,
    message,
  });
  if (call.actor) yield log(`by ${call.actor.kind} ${call.actor.id}`, call.mono_ms);
  if (frames.after) {
    const { settled, settle_ms: ms } = frames.after;
    yield log(settled ? `the screen settled after ${Math.round(ms)} ms` : 'the screen had not settled');
  }
  for (const [what, why] of Object.entries(evidence)) yield log(`no ${what}: ${why}`);
  for (const mask of masks) yield log(`masked ${maskText(mask)}`);
}

function screenshot(callId: string, phase: 'before' | 'action' | 'after', { file }: TakenFrame): object {
  return { type: 'screenshot', callId, phase, file: `screenshots/${file}` };
}

function ariaFile(callId: string): string {
  return `aria/${callId}-after.json`;
}

/** The frames along the time line, which a step may tell of later than they were there. No picture is held. */
class FilmStrip {
  readonly #shown: { readonly time: number; readonly frame: TakenFrame }[] = [];

  show(frame: TakenFrame, time: number): void {
    this.#shown.push({ time, frame });
  }

  /** In the order of their times; a screen that did not change is not shown again. */
  *frames(): Generator<object> {
    let last = '';
    for (const { time, frame } of this.#shown.sort((one, other) => one.time - other.time)) {
      if (frame.frame === last) continue;
      last = frame.frame;
      const file = `screenshots/${frame.file}`;
      const { width, height } = frame;
      yield { type: 'screencast-frame', pageId: PAGE, file, width, height, timestamp: time };
    }
  }
}
