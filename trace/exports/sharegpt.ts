// `sharegpt`: one conversation as LLaMA-Factory and its kin read them: a picture from the human, code from the model.
import { pyautoguiLines } from '../../protocol/vocabulary/pyautogui.ts';
import type { TraceSource } from '../source/source.ts';
import type { Exporter } from './exporter.ts';
import { jsonList } from './json.ts';
import { PictureFiles } from './pictures.ts';
import { readTask } from './task.ts';
import { readExamples } from './turns.ts';

export const sharegpt: Exporter = {
  format: 'sharegpt',
  about: 'one conversation: a picture from the human, code from the model',
  extension: 'zip',
  async *files(trace) {
    const { instruction } = await readTask(trace);
    const pictures = new PictureFiles(trace, 'images/');
    yield { name: 'data.json', content: conversation(trace, instruction, pictures) };
    for await (const { before } of readExamples(trace.entries())) yield* pictures.once(before);
  },
};

/** One `<image>` in the text for each of `images`, in their order. */
async function* conversation(
  trace: TraceSource,
  instruction: string,
  pictures: PictureFiles,
): AsyncGenerator<string> {
  yield `[{"id":${JSON.stringify(trace.overview.trace_id)},`;
  yield* jsonList('"conversations":[', messagesOf(trace, instruction), '],\n');
  yield* jsonList('"images":[', namesOf(trace, pictures), ']}]\n');
}

async function* messagesOf(trace: TraceSource, instruction: string): AsyncGenerator<object> {
  let first = true;
  for await (const { action, said } of readExamples(trace.entries())) {
    yield { from: 'human', value: first && instruction !== '' ? `<image>\n${instruction}` : '<image>' };
    yield { from: 'gpt', value: [...(said === '' ? [] : [said]), ...pyautoguiLines(action)].join('\n') };
    first = false;
  }
}

async function* namesOf(trace: TraceSource, pictures: PictureFiles): AsyncGenerator<string> {
  for await (const { before } of readExamples(trace.entries())) yield pictures.nameOf(before);
}
