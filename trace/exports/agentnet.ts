// `agentnet`: one line a trace as in AgentNet (OpenCUA): the picture before each action, and the action as code with
// coordinates from 0 to 1.
import type { Point } from '../../protocol/primitives.ts';
import type { Action } from '../../protocol/vocabulary/action.ts';
import { pyautoguiLines } from '../../protocol/vocabulary/pyautogui.ts';
import type { TraceSource } from '../source/source.ts';
import type { TakenFrame } from '../call-index.ts';
import { pictureAfter } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonObject } from './json.ts';
import { PictureFiles } from './pictures.ts';
import { readTask, type Task } from './task.ts';
import { readExamples } from './turns.ts';

/** The dataset names its pictures without their folder. */
const FOLDER = 'images/';

export const agentnet: Exporter = {
  format: 'agentnet',
  about: 'AgentNet: the picture before each action, and its code with coordinates from 0 to 1',
  extension: 'zip',
  async *files(trace) {
    const task = await readTask(trace);
    const id = trace.overview.trace_id;
    const pictures = new PictureFiles(trace, FOLDER);
    const head = {
      task_id: id,
      instruction: task.instruction,
      ...(task.status ? { task_completed: task.status === 'success' } : {}),
    };
    yield {
      name: `${id}.jsonl`,
      content: oneLine(jsonObject(head, 'traj', entriesOf(trace, task, pictures))),
    };
    let last: TakenFrame | undefined;
    for await (const { step, before } of readExamples(trace.entries())) {
      yield* pictures.once(before);
      last = pictureAfter(step);
    }
    if (task.status) yield* pictures.once(last);
  },
};

/** A line of JSONL has no line breaks of its own. */
async function* oneLine(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) yield piece.replaceAll('\n', '');
  yield '\n';
}

async function* entriesOf(trace: TraceSource, task: Task, pictures: PictureFiles): AsyncGenerator<object> {
  let index = 0;
  let last: TakenFrame | undefined;
  for await (const { step, action, before, said } of readExamples(trace.entries())) {
    const value = { ...(said === '' ? {} : { thought: said }), code: codeOf(action, before) };
    yield { index, image: pictures.nameOf(before).slice(FOLDER.length), value };
    last = pictureAfter(step);
    index += 1;
  }
  if (!last || !task.status) return;
  const value = { code: `computer.terminate(status='${task.status}')` };
  yield { index, image: pictures.nameOf(last).slice(FOLDER.length), value };
}

function codeOf(action: Action, size: Task['size']): string {
  if (action.type === 'click' && action.count === 3) {
    return action.at ? `computer.tripleClick(${normalised(size)(action.at)})` : 'computer.tripleClick()';
  }
  return pyautoguiLines(action, normalised(size)).join('\n');
}

/** `x=0.1632, y=0.2711`. */
function normalised({ width, height }: Task['size']): (at: Point) => string {
  return ({ x, y }) => `x=${(x / width).toFixed(4)}, y=${(y / height).toFixed(4)}`;
}
