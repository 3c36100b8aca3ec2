// Steps with what the model said before them, where a client recorded that.
import { z } from 'zod';
import type { Entry } from '../reader.ts';
import { readItems, type Step } from '../steps.ts';

export interface Turn {
  readonly step: Step;
  /** The model's text since the step before; the empty text where none was recorded. */
  readonly said: string;
}

const ModelText = z.looseObject({ response_text: z.string() });

export async function* readTurns(entries: AsyncIterable<Entry>): AsyncGenerator<Turn> {
  let said: string[] = [];
  for await (const item of readItems(entries)) {
    if (item.kind === 'predicate' && (item.row.type === 'llm_called' || item.row.type === 'llm_response')) {
      const text = ModelText.safeParse(item.row.data).data?.response_text;
      if (text !== undefined) said.push(text);
    }
    if (item.kind !== 'step') continue;
    yield { step: item.step, said: said.join('\n') };
    said = [];
  }
}
