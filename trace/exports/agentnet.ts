// `agentnet`: one line a trace as in AgentNet (OpenCUA): the picture before each action, and the action as code with
// coordinates from 0 to 1.
import type { Point } from '../../protocol/primitives.ts';
import type { Action } from '../../protocol/vocabulary/action.ts';
import { pyautoguiLines } from '../../protocol/vocabulary/pyautogui.ts';
import type { TraceSource } from '../source/source.ts';
import { readSteps, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonObject } from './json.ts';
import { PictureFiles } from './pictures.ts';
import { readTask, type Task } from './task.ts';

export const agentnet: Exporter = {
  format: 'agentnet',
  about: 'AgentNet: the picture before each action, and its code with coordinates from 0 to 1',
  extension: 'zip',
  async *files(trace) {
    const task = await readTask(trace);
    const id = trace.overview.trace_id;
    const pictures = new PictureFiles(trace, 'images/');
    const head = {
      task_id: id,
      instruction: task.instruction,
      ...(task.status ? { task_completed: task.status === 'success' } : {}),
    };
    yield {
      name: `${id}.jsonl`,
      content: oneLine(jsonObject(head, 'traj', entriesOf(trace, task, pictures))),
    };
    for await (const { frames } of stepsWithPicture(trace)) yield* pictures.once(frames.before);
  },
};

/** A line of JSONL has no line breaks of its own. */
async function* oneLine(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of pieces) yield piece.replaceAll('\n', '');
  yield '\n';
}

/** Steps whose picture before is there: without one there is nothing to learn from. */
async function* stepsWithPicture(trace: TraceSource): AsyncGenerator<Step & { action: Action }> {
  for await (const step of readSteps(trace.entries())) {
    const { action, frames } = step;
    if (action && action.type !== 'screenshot' && frames.before) yield { ...step, action };
  }
}

async function* entriesOf(trace: TraceSource, task: Task, pictures: PictureFiles): AsyncGenerator<object> {
  let index = 0;
  for await (const { action, frames, reply } of stepsWithPicture(trace)) {
    if (!frames.before) continue;
    const size = { width: frames.before.width, height: frames.before.height };
    const code = codeOf(action, size);
    const value = { code, ...(reply?.data.success ? {} : { last_step_correct: false }) };
    yield { index, image: pictures.nameOf(frames.before).slice('images/'.length), value };
    index += 1;
  }
  if (task.status) {
    // The dataset's own last word; it has no picture of its own.
    yield { index, image: null, value: { code: `computer.terminate(status='${task.status}')` } };
  }
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
