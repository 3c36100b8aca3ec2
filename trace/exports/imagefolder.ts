// `imagefolder`: a dataset that Hugging Face's `load_dataset('imagefolder', …)` reads: a picture and its action a row.
import { pyautoguiLines } from '../../protocol/vocabulary/pyautogui.ts';
import type { TraceSource } from '../source/source.ts';
import { readSteps, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonLines } from './json.ts';
import { succeeded } from './outcome.ts';
import { pictureFile } from './pictures.ts';
import { readTask, type Task } from './task.ts';

/** Metadata beside the folder of a split is not read, so it lies inside. */
const SPLIT = 'train';

export const imagefolder: Exporter = {
  format: 'imagefolder',
  about: "a dataset for Hugging Face's imagefolder: the picture before each action, and the action",
  extension: 'zip',
  async *files(trace) {
    const task = await readTask(trace);
    yield { name: `${SPLIT}/metadata.jsonl`, content: jsonLines(rowsOf(trace, task)) };
    for await (const step of stepsOf(trace)) {
      // A file a row, equal or not: not every version of the reader takes two rows for one file.
      if (step.frames.before) {
        yield await pictureFile(trace, step.frames.before, `${SPLIT}/${fileName(step)}`);
      }
    }
  },
};

async function* stepsOf(trace: TraceSource): AsyncGenerator<Step> {
  for await (const step of readSteps(trace.entries())) {
    if (step.action && step.action.type !== 'screenshot' && step.frames.before) yield step;
  }
}

async function* rowsOf(trace: TraceSource, task: Task): AsyncGenerator<object> {
  const about = { trace_id: trace.overview.trace_id, instruction: task.instruction, ...task.size };
  for await (const step of stepsOf(trace)) {
    yield { file_name: fileName(step), ...about, ...columnsOf(step), success: succeeded(step) };
  }
}

/** Every row has every column. */
function columnsOf({ action, call, number }: Step): object {
  const place = action && 'at' in action ? action.at : undefined;
  return {
    step: number,
    method: call.data.method,
    args: JSON.stringify(call.data.args),
    code: action ? pyautoguiLines(action).join('\n') : '',
    x: place?.x ?? null,
    y: place?.y ?? null,
    timestamp: call.ts,
  };
}

function fileName({ number }: Step): string {
  return `${String(number).padStart(6, '0')}.png`;
}
