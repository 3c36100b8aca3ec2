// `osworld`: a run's folder as OSWorld's runner leaves it: traj.jsonl, and the picture after each action.
import { pyautoguiLines } from '../../protocol/vocabulary/pyautogui.ts';
import type { TakenFrame } from '../call-index.ts';
import type { TraceSource } from '../source/source.ts';
import { pictureAfter, readSteps, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonLines } from './json.ts';
import { pictureFile } from './pictures.ts';
import { readTask, type Task } from './task.ts';

interface Line {
  readonly value: object;
  readonly picture: { readonly frame: TakenFrame; readonly name: string } | undefined;
}

export const osworld: Exporter = {
  format: 'osworld',
  about: "traj.jsonl and a picture after each action, as OSWorld's runner writes them",
  extension: 'zip',
  async *files(trace) {
    const task = await readTask(trace);
    yield { name: 'traj.jsonl', content: jsonLines(valuesOf(trace, task)) };
    for await (const { picture } of linesOf(trace, task)) {
      if (picture) yield await pictureFile(trace, picture.frame, picture.name);
    }
    if (task.status) yield { name: 'result.txt', content: `${task.status === 'success' ? '1.0' : '0.0'}\n` };
  },
};

async function* valuesOf(trace: TraceSource, task: Task): AsyncGenerator<object> {
  for await (const { value } of linesOf(trace, task)) yield value;
}

async function* linesOf(trace: TraceSource, task: Task): AsyncGenerator<Line> {
  let number = 0;
  for await (const step of readSteps(trace.entries())) {
    if (!step.action) continue;
    number += 1;
    yield lineOf(step, number, step.number === task.lastAction, task);
  }
}

function lineOf(step: Step, number: number, last: boolean, task: Task): Line {
  const stamp = stampOf(step.call.ts_ms);
  const frame = pictureAfter(step);
  const name = `step_${number}_${stamp}.png`;
  const value = {
    step_num: number,
    action_timestamp: stamp,
    action: step.action ? pyautoguiLines(step.action).join('\n') : '',
    response: null,
    reward: last && task.status === 'success' ? 1 : 0,
    done: last,
    info: infoOf(step),
    screenshot_file: frame ? name : null,
  };
  return { value, picture: frame && { frame, name } };
}

function infoOf({ call, reply, evidence, masks }: Step): object {
  const { method, args } = call.data;
  return {
    method,
    args,
    success: reply?.data.success ?? false,
    ...(reply?.data.error ? { error: reply.data.error.message } : {}),
    ...(Object.keys(evidence).length > 0 ? { evidence } : {}),
    ...(masks.length > 0 ? { masks } : {}),
  };
}

/** `20261125@013045123000`: the date and the time to the microsecond, in UTC. */
function stampOf(ms: number): string {
  const digits = new Date(ms).toISOString().replaceAll(/[-:TZ.]/g, '');
  return `${digits.slice(0, 8)}@${digits.slice(8)}000`;
}
