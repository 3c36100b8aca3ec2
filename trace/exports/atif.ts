// `atif`: Harbor's Agent Trajectory Interchange Format, version 1.7: trajectory.json, with its pictures beside it.
import type { TraceSource } from '../source/source.ts';
import { pictureAfter, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonObject } from './json.ts';
import { outcomeText } from './outcome.ts';
import { PictureFiles } from './pictures.ts';
import { readTask, type Task } from './task.ts';
import { readTurns, type Turn } from './turns.ts';

export const ATIF_VERSION = 'ATIF-v1.7';

export const atif: Exporter = {
  format: 'atif',
  about: 'Agent Trajectory Interchange Format 1.7: trajectory.json and its pictures',
  extension: 'zip',
  async *files(trace) {
    const task = await readTask(trace);
    const pictures = new PictureFiles(trace, 'images/');
    const head = headOf(trace, task);
    yield { name: 'trajectory.json', content: jsonObject(head, 'steps', stepsOf(trace, task, pictures)) };
    for await (const { step } of readTurns(trace.entries())) yield* pictures.once(pictureAfter(step));
  },
};

function headOf(trace: TraceSource, task: Task): Record<string, unknown> {
  const { overview } = trace;
  const model = task.model === undefined ? {} : { model_name: task.model };
  return {
    schema_version: ATIF_VERSION,
    session_id: overview.run_id,
    trajectory_id: overview.trace_id,
    agent: { name: task.agent === '' ? 'unknown' : task.agent, version: 'unknown', ...model },
    extra: { screen: task.size, ...(task.status ? { status: task.status } : {}) },
  };
}

async function* stepsOf(trace: TraceSource, task: Task, pictures: PictureFiles): AsyncGenerator<object> {
  const message = task.instruction === '' ? trace.overview.trace_id : task.instruction;
  yield { step_id: 1, timestamp: trace.overview.start_time, source: 'user', message };
  let id = 1;
  for await (const turn of readTurns(trace.entries())) {
    id += 1;
    yield stepOf(turn, id, pictures);
  }
}

function stepOf({ step, said }: Turn, id: number, pictures: PictureFiles): object {
  const { call_id, method, args } = step.call.data;
  const call = { tool_call_id: call_id, function_name: method, arguments: args ?? {} };
  return {
    step_id: id,
    timestamp: step.call.ts,
    source: 'agent',
    message: said,
    tool_calls: [call],
    ...(step.masks.length > 0 ? { extra: { masks: step.masks } } : {}),
    observation: { results: [{ source_call_id: call_id, content: contentOf(step, pictures) }] },
  };
}

function contentOf(step: Step, pictures: PictureFiles): string | object[] {
  const text = outcomeText(step);
  const picture = pictureAfter(step);
  if (!picture) return text;
  const source = { media_type: 'image/png', path: pictures.nameOf(picture) };
  return [
    { type: 'text', text },
    { type: 'image', source },
  ];
}
