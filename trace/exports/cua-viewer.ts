// `cua-viewer`: turn folders for Cua's trajectory viewer (what its command line records): a picture and an OpenAI
// response each.
import { openaiActions } from '../../protocol/vocabulary/openai.ts';
import type { TakenFrame } from '../call-index.ts';
import { maskText } from '../masks.ts';
import { pictureAfter, readItems, type Step } from '../steps.ts';
import type { Exporter } from './exporter.ts';
import { pictureFile } from './pictures.ts';
import { readTask } from './task.ts';

export const cuaViewer: Exporter = {
  format: 'cua-viewer',
  about: "turn folders for Cua's trajectory viewer",
  extension: 'zip',
  async *files(trace) {
    const { model = 'unknown' } = await readTask(trace);
    let turn = 0;
    // The viewer wants a picture in every turn, and a wait takes none: it shows the last one that was seen.
    let picture: TakenFrame | undefined;
    for await (const item of readItems(trace.entries())) {
      if (item.kind === 'frame') picture = item.frame;
      if (item.kind !== 'step') continue;
      const { step } = item;
      picture = pictureAfter(step) ?? step.frames.before ?? picture;
      if (!step.action) continue;
      turn += 1;
      const name = `turn_${String(turn).padStart(3, '0')}`;
      if (picture) yield await pictureFile(trace, picture, `${name}/screenshot.png`);
      const response = { model, response: responseOf(step, model) };
      yield {
        name: `${name}/${name}_agent_response.json`,
        content: `${JSON.stringify(response, undefined, 2)}\n`,
      };
    }
  },
};

function responseOf(step: Step, model: string) {
  const { call_id: id } = step.call.data;
  const success = step.reply?.data.success === true;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(step.call.ts_ms / 1000),
    status: success ? 'completed' : 'failed',
    model,
    ...metadataOf(step),
    output: actionsOf(step).map((action, index) => ({
      type: 'computer_call',
      id: `cu_${id}_${index}`,
      call_id: `call_${id}_${index}`,
      action,
      pending_safety_checks: [],
      status: success ? 'completed' : 'incomplete',
    })),
  };
}

/** OpenAI's responses have texts of up to 512 characters there. */
function metadataOf({ masks }: Step): { metadata?: Record<string, string> } {
  const masked = masks.map(maskText).join('; ');
  return masked === '' ? {} : { metadata: { masked: masked.slice(0, 512) } };
}

/** What OpenAI's vocabulary has no word for goes under its command's name, as Cua's own agent writes it. */
function actionsOf({ action, call }: Step): readonly object[] {
  const known = action ? openaiActions(action) : [];
  if (known.length > 0) return known;
  return [{ ...(call.data.args as Record<string, unknown>), type: call.data.method }];
}
