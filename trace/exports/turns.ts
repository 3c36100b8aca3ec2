// Steps with what the model said before them, where a client recorded that.
import { z } from 'zod';
import type { Action } from '../../protocol/vocabulary/action.ts';
import type { TakenFrame } from '../call-index.ts';
import type { Entry } from '../reader.ts';
import { readItems, type Step } from '../steps.ts';
import { succeeded } from './outcome.ts';

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

/** A step to learn from: an action that was carried out, and the picture that it was decided on. */
export interface Example {
  readonly step: Step;
  readonly action: Action;
  readonly before: TakenFrame;
  readonly said: string;
}

/** Actions that failed did nothing to the desktop, and a screenshot is no action. */
export async function* readExamples(entries: AsyncIterable<Entry>): AsyncGenerator<Example> {
  for await (const { step, said } of readTurns(entries)) {
    const { action, frames } = step;
    if (!action || action.type === 'screenshot' || !frames.before || !succeeded(step)) continue;
    yield { step, action, before: frames.before, said };
  }
}
