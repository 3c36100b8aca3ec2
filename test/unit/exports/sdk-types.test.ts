// Conversations as the makers of the models' APIs type them: what is exported can be sent as it is.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DESKTOP_TRACE, entriesOf, exported } from '../../support/exports.ts';
import { ROOT, typeErrors } from '../../support/typed.ts';
import { bench } from '../recorder/setup.ts';
import { run, screenOf, type CommandOptions } from '../recorder/synthetic-guest.ts';

const ANTHROPIC = `import type Anthropic from '${join(ROOT, 'node_modules/@anthropic-ai/sdk/index.mjs')}';`;
const OPENAI = `import type OpenAI from '${join(ROOT, 'node_modules/openai/index.mjs')}';`;
/** A picture inside a text: no type says more of it than that it is a text. */
const BASE64 = /[A-Za-z0-9+/]{100,}={0,2}/g;

const AT = { x: 10, y: 20 };
/** One of each action that is not in the recorded desktop, and commands that are none. */
const OTHERS: readonly CommandOptions[] = [
  { command: 'triple_click', params: AT },
  { command: 'double_click', params: AT },
  { command: 'left_click', params: { ...AT, button: 'middle' } },
  { command: 'mouse_down', params: { ...AT, button: 'left' } },
  { command: 'mouse_up', params: { ...AT, button: 'left' } },
  { command: 'key_down', params: { key: 'shift' } },
  { command: 'key_up', params: { key: 'shift' } },
  { command: 'hold_key', params: { key: 'shift', duration: 0.2 } },
  { command: 'scroll', params: { x: 3, y: 0 } },
  { command: 'wait', params: { duration: 1 } },
  { command: 'get_screen_size', params: {}, result: { size: { width: 64, height: 40 } } },
  { command: 'launch', params: { app: 'no' }, error: { code: 'command_failed', message: 'no such program' } },
];

/** Both traces, in a format. */
async function exports(format: string): Promise<Buffer[]> {
  await using it = await bench();
  const id = await it.start({});
  for (const [index, command] of OTHERS.entries())
    run(it.recorder, it.guest, { ...command, leadsTo: await screenOf(index) });
  await it.recorder.stop();
  const { path } = await it.store.archive(id);
  return [await exported(path, format), await exported(DESKTOP_TRACE, format)];
}

const shortened = (json: Buffer): string => json.toString().replaceAll(BASE64, 'AAAA');

describe("by the makers' types", () => {
  it('anthropic is parameters of its messages', async () => {
    for (const json of await exports('anthropic')) {
      const source = `${ANTHROPIC}
        type Parameters = Anthropic.Beta.MessageCreateParams;
        export const it: Pick<Parameters, 'messages' | 'tools'> & { model?: string } = ${shortened(json)};`;
      assert.equal(await typeErrors(source), '');
    }
  });

  it('openai is parameters of its responses', async () => {
    for (const json of await exports('openai')) {
      const source = `${OPENAI}
        type Parameters = OpenAI.Responses.ResponseCreateParamsNonStreaming;
        export const it: Required<Pick<Parameters, 'input' | 'tools' | 'model'>> = ${shortened(json)};`;
      assert.equal(await typeErrors(source), '');
    }
  });

  it("cua-viewer's calls are those of OpenAI's computer tool", async () => {
    const entries = await entriesOf(await exported(DESKTOP_TRACE, 'cua-viewer'));
    const turns = [...entries].filter(([name]) => name.endsWith('.json')).map(([, json]) => json.toString());
    const source = `${OPENAI}
      type Call = OpenAI.Responses.ResponseComputerToolCall;
      type Turn = { model: string; response: Pick<OpenAI.Responses.Response, 'id' | 'object' | 'created_at' | 'model'>
        & { status: OpenAI.Responses.ResponseStatus; output: Call[] } };
      export const turns: Turn[] = [${turns.join(',')}];`;
    assert.equal(turns.length, 15);
    assert.equal(await typeErrors(source), '');
  });
});
