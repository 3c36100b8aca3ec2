// `imagefolder`: a dataset that Hugging Face's `load_dataset('imagefolder', …)` reads: a picture and its action a row.
import { pyautoguiLines } from '../../protocol/vocabulary/pyautogui.ts';
import type { TraceSource } from '../source/source.ts';
import type { Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { jsonLines } from './json.ts';
import { pictureFile } from './pictures.ts';
import { readTask, type Task } from './task.ts';
import { readExamples, type Example } from './turns.ts';

/** Metadata beside the folder of a split is not read, so it lies inside. */
const SPLIT = 'train';

export const imagefolder: Exporter = {
  format: 'imagefolder',
  about: "a dataset for Hugging Face's imagefolder: the picture before each action, and the action",
  extension: 'zip',
  async *files(trace) {
    const task = await readTask(trace);
    yield { name: `${SPLIT}/metadata.jsonl`, content: jsonLines(rowsOf(trace, task)) };
    // A file a row, equal or not: not every version of the reader takes two rows for one file.
    for await (const { step, before } of readExamples(trace.entries())) {
      yield await pictureFile(trace, before, `${SPLIT}/${fileName(step)}`);
    }
  },
};

async function* rowsOf(trace: TraceSource, task: Task): AsyncGenerator<object> {
  const about = { trace_id: trace.overview.trace_id, instruction: task.instruction, ...task.size };
  for await (const example of readExamples(trace.entries())) {
    yield { file_name: fileName(example.step), ...about, ...columnsOf(example) };
  }
}

/** Every row has every column. */
function columnsOf({ step, action, said }: Example): object {
  const place = 'at' in action ? action.at : undefined;
  const { call, number } = step;
  return {
    step: number,
    thought: said,
    method: call.data.method,
    args: JSON.stringify(call.data.args),
    code: pyautoguiLines(action).join('\n'),
    x: place?.x ?? null,
    y: place?.y ?? null,
    timestamp: call.ts,
  };
}

function fileName({ number }: Step): string {
  return `${String(number).padStart(6, '0')}.png`;
}
